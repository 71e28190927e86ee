import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { describeError, EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import { loopbackNames, policy, readOnly, tokenOnly } from './access.ts';
import { apiRoutes } from './api-routes.ts';
import { type AskFarm, farmRoutes } from './farm-routes.ts';
import { pageRoutes } from './page-routes.ts';
import type { RerunOf } from './run-pages.ts';
import { runRoutes } from './run-routes.ts';

/** What is served, and to whom. */
export interface ServeOptions {
  /** The folder of runs; only read, but for its index. */
  readonly runs: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Asked of every request; absent: only requests to names of loopback are answered. */
  readonly token?: string | undefined;
  readonly rerunOf: RerunOf;
  /** Absent: no farm is shown. */
  readonly farm?: AskFarm | undefined;
}

/** Serves a folder of runs until it is closed. Raises an `infrastructure` error where it cannot listen. */
export async function startServer(options: ServeOptions): Promise<{ readonly server: Server; readonly port: number }> {
  const { fetch } = site(options);
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
  const listening = Promise.withResolvers<void>();
  server.once('error', (cause) =>
    listening.reject(
      new EspalierError('infrastructure', `cannot listen: ${cause.message}`, { cause, host: options.host }),
    ),
  );
  server.listen(options.port, options.host, () => listening.resolve());
  await listening.promise;
  return { server, port: (server.address() as AddressInfo).port };
}

/** All that is answered. */
function site({ runs, token, rerunOf, farm }: ServeOptions): Hono {
  const app = new Hono();
  app.use(policy, readOnly, token === undefined ? loopbackNames : tokenOnly(token));
  if (farm !== undefined) app.route('/', farmRoutes(farm));
  for (const routes of [apiRoutes(runs), runRoutes(runs, rerunOf), pageRoutes(runs)]) app.route('/', routes);
  app.notFound((context) => context.text('there is nothing here\n', 404));
  app.onError((error, context) => {
    warn(`${context.req.path}: ${describeError(error)}`);
    return context.text('trouble; the server says more\n', 500);
  });
  return app;
}
