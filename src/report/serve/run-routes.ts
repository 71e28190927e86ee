import { join } from 'node:path';
import { type Context, Hono } from 'hono';
import { readCoverage } from '../../store/coverage.ts';
import { runIds } from '../../store/layout.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { coverageData } from '../page/coverage-data.ts';
import type { PutFile } from '../page/downloads.ts';
import type { RunPlaces } from '../page/run-lines.ts';
import type { Rerun } from '../reporter.ts';
import { packedArtifact } from './packed-artifact.ts';
import { sendData, sendPageFile, sendStart } from './page-files.ts';
import { sendCompare, sendHistory } from './page-routes.ts';
import { currentRunData, type RerunOf, testPage } from './run-pages.ts';
import { sendBytes, sendFile } from './send-file.ts';

type Answer = Response | Promise<Response>;

/** Answers from the run that the address names: only folders that a listing of runs shows. */
export function inRun(runs: string, answer: (context: Context, folder: RunFolder) => Answer) {
  return (context: Context): Answer => {
    const id = context.req.param('run') ?? '';
    return runIds(runs).includes(id) ? answer(context, RunFolder.open(join(runs, id))) : context.notFound();
  };
}

/** A run's own page, with the addresses that its report has on disk; its data are made when they are asked for. */
export function runRoutes(runs: string, rerunOf: RerunOf): Hono {
  const places: RunPlaces = { runs, hrefOf: (id) => `../${encodeURIComponent(id)}/` };
  const app = new Hono();
  const get = (path: string, answer: (context: Context, folder: RunFolder) => Answer): void => {
    app.get(`/runs/:run${path}`, inRun(runs, answer));
  };
  get('', (context) => context.redirect(`${new URL(context.req.url).pathname}/`));
  get('/', (context) => sendStart(context, 'run'));
  get('/data/run.js', (context, folder) => sendData(context, 'run', currentRunData(folder)));
  get('/data/test/:file{[0-9]+\\.js}', (context, folder) => sendTest(context, folder, rerunOf(folder.run.options)));
  get('/data/compare.js', (context, { run }) => sendCompare(context, places, run.id));
  get('/data/history.js', (context) => sendHistory(context, places));
  get('/data/coverage.js', (context, { dir }) => sendCoverage(context, dir));
  get('/files/:number{[0-9]+}/:name', sendDownload);
  get('/attempts/*', (context, { dir }) => sendArtifact(context, join(dir, 'attempts')));
  get('/:file', (context) => sendPageFile(context, context.req.param('file') ?? '') ?? context.notFound());
  return app;
}

function sendTest(context: Context, folder: RunFolder, rerun: Rerun): Answer {
  const number = context.req.param('file')?.slice(0, -'.js'.length) ?? '';
  const data = testPage(folder, number, { rerun, put: () => {} });
  return data === undefined ? context.notFound() : sendData(context, `test/${number}`, data);
}

function sendCoverage(context: Context, runDir: string): Answer {
  const coverage = readCoverage(runDir);
  return coverage === undefined ? context.notFound() : sendData(context, 'coverage', coverageData(coverage));
}

/** A file that a test's page offers, made in the same way as for a report. */
function sendDownload(context: Context, folder: RunFolder): Answer {
  const { number = '', name = '' } = context.req.param();
  let found: Uint8Array | undefined;
  const put: PutFile = (href, content) => {
    if (href === `files/${number}/${name}`) found = content;
  };
  testPage(folder, number, { rerun: { options: [], paths: {} }, put });
  return found === undefined ? context.notFound() : sendBytes(context, name, found);
}

/** A file of an attempt, wherever it lies. */
async function sendArtifact(context: Context, attempts: string): Promise<Response> {
  const path = pathBelow(context);
  const packed = await packedArtifact(attempts, path);
  if (packed === undefined) return sendFile(context, attempts, path);
  return 'gone' in packed ? context.text(`${packed.gone}\n`, 410) : sendBytes(context, path, packed.bytes);
}

/** What stands behind `/runs/RUN/attempts/`, still percent-encoded. */
function pathBelow(context: Context): string {
  return new URL(context.req.url).pathname.split('/').slice(4).join('/');
}
