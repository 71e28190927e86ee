import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { every } from '../base/deadline.ts';
import { liveResultsFile } from '../store/live-results.ts';

/** How often the file is looked at: people see a result well within a second. */
const intervalMs = 200;

/** Where a reader of events is: in which file, after which byte. */
interface Position {
  readonly file: number;
  readonly offset: number;
}

/**
 * Sends the results of a run as server-sent events: those that are there, then each as it comes, then `end`. The id of an event
 * is a place in the file, so that a browser that comes back, to this server or the next, goes on where it was.
 */
export function sendLiveEvents(runDir: string, lastEventId: string | undefined, response: ServerResponse): void {
  const [, file = '0', offset = '0'] = /^(\d{1,20})-(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
  let position: Position = { file: Number(file), offset: Number(offset) };
  const tick = (): void => {
    // Before the file is read: what is written at the end of a session must not be missed.
    const ended = existsSync(join(runDir, 'results.json'));
    const { text, next } = newEvents(runDir, position);
    position = next;
    if (text !== '') response.write(text);
    if (!ended) return;
    timer.stop();
    response.end('event: end\ndata: {}\n\n');
  };
  const timer = every(intervalMs, tick);
  response.on('close', () => timer.stop());
  tick();
}

/** Events of the whole lines after a position. Another session of the run begins another file. */
function newEvents(runDir: string, { file, offset }: Position): { readonly text: string; readonly next: Position } {
  const path = join(runDir, liveResultsFile);
  if (!existsSync(path)) return { text: '', next: { file, offset } };
  const descriptor = openSync(path, 'r');
  try {
    const { ino, size } = fstatSync(descriptor);
    let at = ino === file && offset <= size ? offset : 0;
    const bytes = Buffer.alloc(size - at);
    const read = bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, at));
    const whole = read.subarray(0, read.lastIndexOf(0x0a) + 1);
    let text = '';
    for (const line of whole.toString('utf8').split('\n').slice(0, -1)) {
      at += Buffer.byteLength(line) + 1;
      text += `id: ${ino}-${at}\nevent: result\ndata: ${line}\n\n`;
    }
    return { text, next: { file: ino, offset: at } };
  } finally {
    closeSync(descriptor);
  }
}
