import { type Context, Hono } from 'hono';
import { withIndex } from '../../store/index/open-index.ts';
import { compareData, historyData } from '../page/past.ts';
import { type RunPlaces, runsData } from '../page/run-lines.ts';
import { sendData, sendPageFile, sendStart } from './page-files.ts';

/** The page of all runs, with what its parts show. */
export function pageRoutes(runs: string): Hono {
  const places: RunPlaces = { runs, hrefOf: (id) => `runs/${encodeURIComponent(id)}/` };
  const app = new Hono();
  app.get('/', (context) => sendStart(context, 'runs'));
  app.get('/data/runs.js', async (context) =>
    sendData(context, 'runs', await withIndex(runs, (index) => runsData(index.tallies(), places))),
  );
  app.get('/data/compare.js', (context) => sendCompare(context, places));
  app.get('/data/history.js', (context) => sendHistory(context, places));
  app.get('/:file', (context) => sendPageFile(context, context.req.param('file')) ?? context.notFound());
  return app;
}

/** `?before=RUN&now=RUN`, and `&also=RUNS` for others between them; `now` is given where the address is a run's own. */
export async function sendCompare(context: Context, places: RunPlaces, now?: string): Promise<Response> {
  const { before, now: asked = now, also } = context.req.query();
  const wish = { before, now: asked, also };
  return sendData(context, 'compare', await withIndex(places.runs, (index) => compareData(index, wish, places)));
}

/** `?suite=SUITE`, and `&test=NAME` for one of its tests. */
export async function sendHistory(context: Context, places: RunPlaces): Promise<Response> {
  const { suite = '', test } = context.req.query();
  const wishes = [{ suite, test }];
  return sendData(context, 'history', await withIndex(places.runs, (index) => historyData(index, wishes, places)));
}
