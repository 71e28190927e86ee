import { Conversation, type ConversationOptions, type Outcome } from '../../../../src/dialogue/conversation.ts';
import { type Entry, entryText } from '../../../../src/dialogue/transcript.ts';

/** What a system does at its console: prints, waits silently, or reads a line (`secret`: without an echo) or a single key. */
export type Act =
  | { readonly kind: 'show'; readonly text: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'read'; readonly secret?: true }
  | { readonly kind: 'key' };

/** A program that plays a system. It gets lines that were read, and ends when the machine is off. */
export type Player = Generator<Act, void, string>;

export function* show(text: string): Player {
  yield { kind: 'show', text };
}

/** Prints a prompt and reads a line. */
export function* ask(prompt: string, secret?: true): Generator<Act, string, string> {
  yield { kind: 'show', text: prompt };
  return yield { kind: 'read', ...(secret && { secret }) };
}

/** How the wire between a system and who drives it changes what is printed. */
export interface Wire {
  /** Bytes that come at once; the next ones come `gapMs` later. */
  readonly chunk?: number;
  readonly gapMs?: number;
  readonly change?: (text: string) => string;
}

export interface Played {
  readonly outcome: Outcome | undefined;
  readonly transcript: string;
  /** Virtual time that it took, ms. */
  readonly ms: number;
}

const lookMs = 250;
/** Behind this a conversation is one that hangs, ms. */
const longest = 100 * 3600_000;

/** Lets a conversation drive a player in virtual time. */
export function drive(options: ConversationOptions, player: Player, wire: Wire = {}): Played {
  return new Driver(options, player, wire).run();
}

class Driver {
  readonly #conversation: Conversation;
  readonly #player: Player;
  readonly #wire: Wire;
  readonly #entries: Entry[] = [];
  #now = 0;
  #typed = '';

  constructor(options: ConversationOptions, player: Player, wire: Wire) {
    this.#conversation = new Conversation(options);
    this.#player = player;
    this.#wire = wire;
  }

  run(): Played {
    let next = this.#player.next('');
    while (next.done !== true && this.#conversation.outcome === undefined && this.#now < longest) {
      next = this.#player.next(this.#do(next.value));
    }
    if (next.done === true) this.#conversation.close(this.#now);
    this.#collect();
    const transcript = this.#entries.map(entryText).join('');
    return { outcome: this.#conversation.outcome, transcript, ms: this.#now };
  }

  #do(act: Act): string {
    if (act.kind === 'show') this.#show(act.text);
    else if (act.kind === 'pause') this.#pass(act.ms);
    else if (act.kind === 'key') return this.#read(1);
    else return this.#line(act.secret === true);
    return '';
  }

  #show(text: string): void {
    const { chunk = 4096, gapMs = 1, change = (same) => same } = this.#wire;
    const bytes = Buffer.from(change(text.replaceAll('\n', '\r\n')), 'latin1');
    for (let at = 0; at < bytes.length && this.#conversation.outcome === undefined; at += chunk) {
      this.#pass(gapMs);
      this.#conversation.hear(bytes.subarray(at, at + chunk), this.#now);
      this.#collect();
    }
  }

  #line(isSecret: boolean): string {
    let line = '';
    for (;;) {
      const key = this.#read(1);
      if (key === '' || key === '\r') break;
      line += key;
    }
    this.#show(isSecret ? '\n' : `${line}\n`);
    return line;
  }

  /** Waits until so much was typed, or it is over. */
  #read(count: number): string {
    while (this.#typed.length < count && this.#conversation.outcome === undefined && this.#now < longest) {
      this.#pass(lookMs);
    }
    const keys = this.#typed.slice(0, count);
    this.#typed = this.#typed.slice(count);
    return keys;
  }

  #pass(ms: number): void {
    for (const end = this.#now + ms; this.#now < end && this.#conversation.outcome === undefined; ) {
      this.#now = Math.min(end, this.#now + lookMs);
      this.#conversation.look(this.#now);
      this.#collect();
    }
  }

  #collect(): void {
    this.#typed += this.#conversation.takeTyped().join('');
    this.#entries.push(...this.#conversation.takeEntries());
  }
}
