import { Hono } from 'hono';
import { html } from 'hono/html';
import { describeError } from '../../base/errors.ts';

/** The state of a farm: for people, and for programs. */
export interface FarmState {
  readonly text: string;
  readonly json: unknown;
}

/** Asks a farm how it is. */
export type AskFarm = () => Promise<FarmState>;

/** A farm's workers, queues, runs and rates, as a page that is made anew every few seconds, and as JSON. */
export function farmRoutes(ask: AskFarm): Hono {
  const app = new Hono();
  app.get('/farm', async (context) => {
    const { text, status } = await ask().then(
      (state) => ({ text: state.text, status: 200 as const }),
      (error: unknown) => ({ text: describeError(error), status: 502 as const }),
    );
    return context.html(
      html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="5">
<title>Farm</title>
<link rel="stylesheet" href="report.css">
</head>
<body><main><h1>Farm</h1><pre>${text}</pre><p><a href="./">Runs</a></p></main></body>
</html>
`,
      status,
    );
  });
  app.get('/api/farm', async (context) => {
    const state = await ask().catch((error: unknown) => describeError(error));
    return typeof state === 'string' ? context.json({ error: state }, 502) : context.json(state.json);
  });
  return app;
}
