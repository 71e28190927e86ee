import type { Readable, Writable } from 'node:stream';
import { every } from '../../base/deadline.ts';
import { Conversation, type ConversationOptions, type Outcome } from '../../dialogue/conversation.ts';
import { entryText } from '../../dialogue/transcript.ts';

/** Both ends of a console. */
export interface Wires {
  readonly output: Readable;
  readonly input: Writable;
}

export interface ConverseOptions extends ConversationOptions {
  /** Takes lines of the transcript as they come about. */
  readonly note: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Time between two keys, ms: a serial port holds 16 characters, and a boot loader reads none while it works. */
const keyMs = 5;

/** Holds a dialogue at a console, until it is over one way or the other. What ends the program at the other end is the caller's. */
export function converse({ output, input }: Wires, options: ConverseOptions): Promise<Outcome> {
  const { note, signal } = options;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const conversation = new Conversation(options);
  const begun = performance.now();
  const keys: string[] = [];
  const now = (): number => performance.now() - begun;
  const after = (): void => {
    keys.push(...conversation.takeTyped().join(''));
    for (const entry of conversation.takeEntries()) note(entryText(entry));
    if (conversation.outcome !== undefined) resolve(conversation.outcome);
  };
  const stop = (): void => {
    conversation.stop('did not come: it was stopped', now());
    after();
  };
  const timer = every(keyMs, () => {
    const key = keys.shift();
    if (key !== undefined) input.write(key);
    else conversation.look(now());
    after();
  });
  // Its end is seen at its output.
  input.on('error', () => {});
  output.on('data', (bytes: Buffer) => {
    conversation.hear(bytes, now());
    after();
  });
  output.once('close', () => {
    conversation.close(now());
    after();
  });
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  return promise.finally(() => {
    timer.stop();
    signal?.removeEventListener('abort', stop);
  });
}
