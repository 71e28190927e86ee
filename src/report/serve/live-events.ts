import { join } from 'node:path';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { every } from '../../base/deadline.ts';
import { describeError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import { keyOf } from '../../model/scenario.ts';
import { stampOf } from '../../store/index/run-rows.ts';
import { runIds } from '../../store/layout.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { isGoingOn } from '../../store/run-results.ts';
import type { LiveState } from '../page/data.ts';
import { testRow } from '../page/run-data.ts';
import { harmlessJson } from '../page/write-report.ts';
import { beginning, linesAfter, parsePosition, positionText } from './live-lines.ts';
import { LiveProgress } from './live-state.ts';
import { pagesOf } from './run-pages.ts';

/** How often the file is looked at: people see a result well within a second. */
const intervalMs = 200;
/** After so many polls without a result an event says where the run is. */
const looksPerState = 5;

/** How often all runs are looked at. */
const changesMs = 1000;

/** How soon a browser tries again when the server went away; ms. */
const retryMs = 1000;

/**
 * Sends the results of a run as server-sent events: those after a position, then each as it comes, then `end`; between them
 * where the run is. The id of an event is a place in the file, so that a browser that comes back, to this server or the
 * next, goes on where it was.
 */
export function sendLiveEvents(context: Context, folder: RunFolder): Response {
  const known = context.req.header('last-event-id') ?? context.req.query('after');
  const follower = new Follower(folder, known);
  if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' });
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    await stream.write(`retry: ${retryMs}\n\n`);
    await follow(stream, { every: intervalMs, path: context.req.path }, () => follower.look());
  });
}

/** What a look found: events for the browser, and whether there will be no more. */
interface Look {
  readonly text: string;
  readonly ended: boolean;
}

/** Looks now and again, and sends what there is. What cannot be read ends this stream alone, with a line on standard error. */
async function follow(
  stream: SSEStreamingApi,
  { every: ms, path }: { readonly every: number; readonly path: string },
  look: () => Look,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  const step = (): void => {
    try {
      const { text, ended } = look();
      if (text !== '') void stream.write(text);
      if (ended) over.resolve();
    } catch (error) {
      warn(`${path}: ${describeError(error)}`);
      over.resolve();
    }
  };
  using _timer = every(ms, step);
  stream.onAbort(() => over.resolve());
  step();
  await over.promise;
}

/** Says `changed` when any run of a folder did, at most once a second; the first word says that this server is there. */
export function sendChanges(context: Context, runs: string): Response {
  if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' });
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    let known = '';
    await stream.write(`retry: ${retryMs}\n\n`);
    await follow(stream, { every: changesMs, path: context.req.path }, () => {
      const state = runIds(runs)
        .map((id) => `${id} ${stampOf(join(runs, id))}`)
        .join('\n');
      const text = state === known ? '' : 'event: changed\ndata: {}\n\n';
      known = state;
      return { text, ended: false };
    });
  });
}

/** Reads a run while it goes on. */
class Follower {
  readonly #folder: RunFolder;
  readonly #pages: ReadonlyMap<string, string>;
  readonly #progress: LiveProgress;
  #position = beginning;
  #sent: ReturnType<typeof parsePosition>;
  #looks = 0;

  constructor(folder: RunFolder, known: string | undefined) {
    this.#folder = folder;
    this.#pages = pagesOf(folder);
    this.#progress = new LiveProgress(folder);
    this.#sent = parsePosition(known);
  }

  /** Events since the last look. */
  look(): Look {
    // Before the file is read: what is written at the end of a session must not be missed.
    const ended = !isGoingOn(this.#folder.dir);
    const { lines, next } = linesAfter(this.#folder.dir, this.#position);
    let text = '';
    for (const { result, after } of lines) {
      this.#progress.settle(result);
      if (after.file === this.#sent.file && after.offset <= this.#sent.offset) continue;
      const row = testRow(result, this.#pages.get(keyOf(result)));
      text += `id: ${positionText(after)}\nevent: result\ndata: ${harmlessJson(row)}\n\n`;
    }
    this.#position = next;
    if (lines.length > 0 || this.#looks % looksPerState === 0) text += this.#stateEvent();
    this.#looks += 1;
    return { text: ended ? `${text}event: end\ndata: {}\n\n` : text, ended };
  }

  #stateEvent(): string {
    const state: LiveState = this.#progress.state(Date.now());
    return `event: state\ndata: ${harmlessJson(state)}\n\n`;
  }
}
