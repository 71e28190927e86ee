import { type Context, Hono } from 'hono';
import { withIndex } from '../../store/index/open-index.ts';
import type { RunIndex } from '../../store/index/run-index.ts';
import { currentResults } from '../../store/run-results.ts';
import { compareData, historyData, type PastQuery } from '../page/past.ts';
import { type RunPlaces, runsData } from '../page/run-lines.ts';
import { harmlessJson } from '../page/write-report.ts';
import { sendChanges, sendLiveEvents } from './live-events.ts';
import { inRun } from './run-routes.ts';

/** What the pages show, as JSON for programs; and the results of a run as they come. */
export function apiRoutes(runs: string): Hono {
  const places: RunPlaces = { runs, hrefOf: (id) => `/runs/${encodeURIComponent(id)}/` };
  const app = new Hono();
  const get = (path: string, answer: (index: RunIndex, context: Context) => unknown): void => {
    app.get(path, async (context) => sendJson(context, await withIndex(runs, (index) => answer(index, context))));
  };
  const past = (index: RunIndex, wish: PastQuery): unknown => historyData(index, [wish], places).suites[0];
  get('/api/runs', (index) => runsData(index.tallies(), places).runs);
  get('/api/suites', (index) => index.suites());
  get('/api/suites/:suite', (index, { req }) => past(index, { suite: req.param('suite') ?? '' }));
  get('/api/history/:suite/:test{.+}', (index, { req }) =>
    past(index, { suite: req.param('suite') ?? '', test: req.param('test') }),
  );
  get('/api/compare', (index, { req }) => {
    const { found, several } = compareData(index, req.query(), places);
    return found && { ...found, ...(several && { several }) };
  });
  app.get('/api/events', (context) => sendChanges(context, runs));
  app.get(
    '/api/runs/:run',
    inRun(runs, (context, folder) => sendJson(context, currentResults(folder))),
  );
  app.get('/api/runs/:run/events', inRun(runs, sendLiveEvents));
  return app;
}

function sendJson(context: Context, document: unknown): Response | Promise<Response> {
  if (document === undefined) return context.notFound();
  return context.body(`${harmlessJson(document)}\n`, 200, { 'content-type': 'application/json' });
}
