import { heartbeat, type WorkerInfo } from '../wire/protocol.ts';
import type { Sql } from './database.ts';
import { Refused } from './refused.ts';

/** A worker's session: from its registration until it leaves, or is not heard of any more. */
export interface Worker {
  readonly session: string;
  readonly name: string;
  readonly machine: string;
  readonly labels: readonly string[];
}

/** SQL: workers that were heard of within the last seconds. */
export const isLive = "gone is null and seen > now() - interval '15 seconds'";

/** Begins a session. Workers whose token was revoked have none. */
export async function register(sql: Sql, token: string, info: WorkerInfo): Promise<string> {
  const [row] = await sql.query<{ session: string }>(
    `insert into worker (token, name, machine, slots, labels) values ($1, $2, $3, $4, $5) returning session`,
    [token, info.name, info.machine, info.slots, info.labels],
  );
  if (row === undefined) throw new Refused(500, 'the worker was not registered');
  return row.session;
}

/** The worker of a session, which belongs to a token; it counts as heard of. */
export async function workerOf(sql: Sql, token: string, session: string): Promise<Worker> {
  if (!/^[0-9a-f-]{36}$/.test(session)) throw new Refused(401, 'the request names no session');
  const [worker] = await sql.query<Worker>(
    `update worker set seen = now() where session = $1 and token = $2 and gone is null
     returning session, name, machine, labels`,
    [session, token],
  );
  if (worker === undefined) throw new Refused(410, 'this session is over; register again');
  return worker;
}

/**
 * SQL: a worker whose machine failed two jobs in a row or more. It gets nothing for a second after the second fault, and twice as
 * long after each further one, up to four minutes, and then a canary; one that it passes ends that.
 */
export const isSuspect = 'faults >= 2';
const pauseOver = "now() > failed + least(2 ^ (faults - 2), 240) * interval '1 second'";

/** SQL: a worker whose last two heartbeats came; what is given to another one may never arrive. */
const isHeard = `seen > now() - interval '${2 * heartbeat.every + 1} seconds'`;

/** What decides whether a worker gets a job. */
export interface WorkerState {
  readonly mayWork: boolean;
  readonly suspect: boolean;
  /** Its machine makes nothing. */
  readonly idle: boolean;
  /** One of the jobs of its machine must have it for itself. */
  readonly taken: boolean;
}

export async function workerState(sql: Sql, session: string): Promise<WorkerState | undefined> {
  const [state] = await sql.query<WorkerState>(
    `select ${isHeard} and (not ${isSuspect} or ${pauseOver}) as "mayWork", ${isSuspect} as suspect,
       not exists (select from lease where lease.machine = worker.machine) as idle,
       exists (select from lease where lease.machine = worker.machine and alone) as taken
     from worker where session = $1`,
    [session],
  );
  return state;
}

/** A worker made an attempt. */
export async function countDone(sql: Sql, session: string): Promise<void> {
  await sql.query('update worker set faults = 0, done = done + 1 where session = $1', [session]);
}

/** A worker's machine failed an attempt. */
export async function countFault(sql: Sql, session: string): Promise<void> {
  await sql.query('update worker set faults = faults + 1, failed = now() where session = $1', [session]);
}
