import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { PoolConfig } from 'pg';
import { every } from '../../base/deadline.ts';
import { EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import { version } from '../../base/version.ts';
import { protocol, silenceMs } from '../wire/protocol.ts';
import { Database, unusable } from './database.ts';
import { driverRoutes } from './driver-routes.ts';
import { Engine } from './engine.ts';
import { type Route, respond } from './http.ts';
import { leaseRoutes } from './lease-routes.ts';
import { reap } from './leases.ts';
import type { FarmParts } from './parts.ts';
import { resultRoutes } from './result-routes.ts';
import { channel } from './runs.ts';
import { migrate } from './schema.ts';
import { fingerprintOf, type OwnCertificate } from './self-signed.ts';
import { statusRoutes } from './status-routes.ts';
import { count } from './tallies.ts';
import { certificateFor, type Encryption } from './tls.ts';
import { holderOf } from './tokens.ts';
import { Unbroken } from './unbroken.ts';
import { Waiting } from './waiting.ts';
import { workerRoutes } from './worker-routes.ts';

/** How a farm is served. */
export interface FarmOptions {
  readonly database: PoolConfig;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly encryption: Encryption;
}

/** A farm that serves until it is disposed of. */
export interface Farm extends AsyncDisposable {
  readonly port: number;
  /** SHA-256 of its own certificate, hex, which clients have to be given. */
  readonly fingerprint: string | undefined;
}

/** Milliseconds between two looks for lost jobs. */
const reapMs = 2000;

/** Connects to the database, brings its tables up to date, and serves. Any number of servers may share one database. */
export async function startFarm(options: FarmOptions): Promise<Farm> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await openFarmDatabase(options.database));
  const engine = stack.use(await startEngine(database, options.database));
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const waiting = new Waiting();
  listen(database, waiting, stop.signal);
  const parts: FarmParts = { database, engine, waiting, inTurn: turns() };
  stack.use(every(reapMs, quietly(reaper(parts))));
  const tls = await certificateFor(options.encryption, database);
  const server = await serve({ ...options, tls }, parts);
  stack.defer(() => closed(server));
  const all = stack.move();
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: tls !== undefined && options.encryption === 'own' ? fingerprintOf(tls.cert) : undefined,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function startEngine(database: Database, config: PoolConfig): Promise<Engine> {
  try {
    return await Engine.start(database);
  } catch (error) {
    throw unusable(error, config);
  }
}

/** The database with today's tables. */
export async function openFarmDatabase(config: PoolConfig): Promise<Database> {
  const database = await Database.open(config);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw unusable(error, config);
  }
}

function listen(database: Database, waiting: Waiting, signal: AbortSignal): void {
  const heard = (payload: string | undefined): void => {
    const [what = '', run = ''] = payload?.split(' ') ?? [];
    // After a break nobody knows what was missed.
    if (payload === undefined) waiting.wakeAll();
    else waiting.wake(what === 'result' ? `result ${run}` : what);
  };
  database.listen(channel, heard, signal);
}

/** Finds lost jobs; not before workers had time to be heard of again after a break. */
function reaper(parts: FarmParts): () => Promise<void> {
  const unbroken = new Unbroken(performance.now());
  return async () => {
    await parts.database.query('select 1');
    if (unbroken.well(performance.now())) await reap(parts);
  };
}

/** Runs a body at most once at a time; trouble with the database is told by whoever meets it in a request. */
function quietly(body: () => Promise<unknown>): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    void body()
      .catch(() => {})
      .finally(() => {
        running = false;
      });
  };
}

function turns(): FarmParts['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (body) => {
    const next = last.then(body, body);
    last = next.catch(() => {});
    return next;
  };
}

interface Listening extends Pick<FarmOptions, 'host' | 'port'> {
  readonly tls: OwnCertificate | undefined;
}

async function serve({ host, port, tls }: Listening, parts: FarmParts): Promise<Server> {
  const routes: Route[] = [
    hello,
    ...statusRoutes(parts),
    ...driverRoutes(parts),
    ...resultRoutes(parts),
    ...workerRoutes(parts),
    ...leaseRoutes(parts),
  ];
  const gate = {
    holderOf: (secret: string) => holderOf(parts.database, secret),
    refused: () => void count(parts.database, 'refused').catch(() => {}),
  };
  const answer: RequestListener = (request, response) => void respond(routes, gate, { request, response });
  const server =
    tls === undefined ? createServer(answer) : createSecureServer({ ...tls, minVersion: 'TLSv1.3' }, answer);
  // A large image takes as long as it takes; who sends and gets nothing for so long is gone. Held requests are answered before.
  server.requestTimeout = 0;
  server.timeout = silenceMs;
  const listening = Promise.withResolvers<void>();
  server.once('error', (cause) =>
    listening.reject(new EspalierError('infrastructure', `cannot listen: ${cause.message}`, { cause, host })),
  );
  server.listen(port, host, listening.resolve);
  await listening.promise;
  server.on('error', ({ message }) => warn(`farm: ${message}`));
  return server;
}

const hello: Route = {
  method: 'GET',
  path: '/v1/hello',
  roles: ['driver', 'worker'],
  answer: async ({ holder }) => ({ json: { protocol, espalier: version(), role: holder.role } }),
};

function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}
