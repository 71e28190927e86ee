import { closeSync, createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { testHistories } from '../store/history.ts';
import { withIndex } from '../store/index/open-index.ts';
import { runIds } from '../store/index/run-rows.ts';
import { RunFolder } from '../store/run-folder.ts';
import { openBelow } from './files-below.ts';
import { sendLiveEvents } from './live-events.ts';
import { packedArtifact } from './packed-artifact.ts';
import { historyPage, runsPage } from './pages.ts';

/** A request that may be answered. */
export interface Asked {
  readonly runs: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the route's pattern found, still percent-encoded. */
  readonly parts: readonly string[];
}

type Route = readonly [pattern: RegExp, answer: (asked: Asked) => void | Promise<void>];

/** Types that a report's own files are shown as; all else of a report, and all of an attempt, is saved or plain text. */
const pageTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
const plain = /\.(txt|log|json|jsonl|diff|conf|secrets)$/;

/** What is answered, the first pattern that fits. */
export const routes: readonly Route[] = [
  [
    /^\/$/,
    (asked) => withIndex(asked.runs, (index) => send(asked, 'text/html', runsPage(index.runs(), index.totals()))),
  ],
  [
    /^\/api\/runs$/,
    (asked) => withIndex(asked.runs, (index) => sendJson(asked, runsDocument(index.runs(), index.totals()))),
  ],
  [/^\/api\/runs\/([^/]+)$/, (asked) => inRun(asked, (dir) => sendJson(asked, RunFolder.open(dir).rebuild()))],
  [/^\/api\/runs\/([^/]+)\/events$/, (asked) => inRun(asked, (dir) => sendEvents(asked, dir))],
  [/^\/api\/history\/([^/]+)\/(.+)$/, (asked) => history(asked, (found) => sendJson(asked, found))],
  [/^\/history\/([^/]+)\/(.+)$/, (asked) => history(asked, (found) => send(asked, 'text/html', historyPage(found)))],
  [/^\/runs\/([^/]+)\/report\/(.+)$/, (asked) => inRun(asked, (dir) => sendReport(asked, dir))],
  [/^\/runs\/([^/]+)\/attempts\/(.+)$/, (asked) => inRun(asked, (dir) => sendArtifact(asked, join(dir, 'attempts')))],
];

function runsDocument(...[runs, totals]: Parameters<typeof runsPage>): unknown {
  return runs.map((run) => ({ ...run, totals: Object.fromEntries(totals.get(run.id) ?? []) }));
}

/** Only folders that a listing of runs shows. */
function inRun(asked: Asked, answer: (runDir: string) => void): void {
  const id = decoded(asked.parts[0]);
  if (id === undefined || !runIds(asked.runs).includes(id)) missing(asked);
  else answer(join(asked.runs, id));
}

function decoded(part = ''): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function history(asked: Asked, answer: (found: ReturnType<typeof testHistories>[number]) => void): Promise<void> {
  const [suite, name] = asked.parts.map(decoded);
  return withIndex(asked.runs, (index) => {
    const [found] = suite === undefined || name === undefined ? [] : testHistories(index.results(suite, name));
    if (found === undefined) missing(asked);
    else answer(found);
  });
}

function send({ response }: Asked, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type.includes(';') ? type : `${type}; charset=utf-8` }).end(body);
}

function sendJson(asked: Asked, document: unknown): void {
  send(asked, 'application/json', `${JSON.stringify(document)}\n`);
}

export function missing({ response }: Pick<Asked, 'response'>): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('there is nothing here\n');
}

function sendEvents({ request, response }: Asked, runDir: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  if (request.method === 'HEAD') response.end();
  else sendLiveEvents(runDir, request.headers['last-event-id']?.toString(), response);
}

/**
 * The seam with what `espalier report` writes: the file of this path below a run's `report/`. What copies of artifacts it
 * holds (`files/`) are artifacts here too.
 */
function sendReport(asked: Asked, runDir: string): void {
  const path = asked.parts[1] ?? '';
  const type = path.startsWith('files/') ? undefined : pageTypes[path.split('.').at(-1) ?? ''];
  sendFile(asked, join(runDir, 'report'), type);
}

/** A file of an attempt, wherever it lies. */
function sendArtifact(asked: Asked, attempts: string): void {
  const path = asked.parts[1] ?? '';
  const packed = packedArtifact(attempts, path);
  if (packed === undefined) sendFile(asked, attempts);
  else if ('gone' in packed) {
    asked.response.writeHead(410, { 'content-type': 'text/plain; charset=utf-8' }).end(`${packed.gone}\n`);
  } else {
    asked.response.writeHead(200, headersOf(path, packed.bytes.length)).end(packed.bytes);
  }
}

function headersOf(path: string, bytes: number, shownAs?: string): Record<string, string | number> {
  const type = shownAs ?? (plain.test(path) ? 'text/plain; charset=utf-8' : undefined);
  return {
    'content-length': bytes,
    ...(type === undefined
      ? { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' }
      : { 'content-type': type }),
  };
}

function sendFile(asked: Asked, root: string, shownAs?: string): void {
  const path = asked.parts[1] ?? '';
  const file = openBelow(root, path);
  if (file === undefined) {
    missing(asked);
    return;
  }
  asked.response.writeHead(200, headersOf(path, file.bytes, shownAs));
  if (asked.request.method === 'HEAD' || file.bytes === 0) {
    closeSync(file.descriptor);
    asked.response.end();
    return;
  }
  // A file that grows is sent as long as it was.
  const stream = createReadStream('', { fd: file.descriptor, end: file.bytes - 1 });
  stream.on('error', () => asked.response.destroy()).pipe(asked.response);
  asked.response.on('close', () => stream.destroy());
}
