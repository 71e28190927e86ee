import type { WorkerInfo } from '../wire/protocol.ts';
import type { Sql } from './database.ts';
import { Refused } from './refused.ts';

/** A worker's session: from its registration until it leaves, or is not heard of any more. */
export interface Worker {
  readonly session: string;
  readonly name: string;
  readonly machine: string;
  readonly labels: readonly string[];
  readonly health: 'good' | 'suspect' | 'distrusted';
}

/** SQL: workers that were heard of within the last seconds. */
export const isLive = "gone is null and seen > now() - interval '15 seconds'";

/** Begins a session. Workers whose token was revoked have none. */
export async function register(sql: Sql, token: string, info: WorkerInfo): Promise<string> {
  const [row] = await sql.query<{ session: string }>(
    `insert into worker (token, name, machine, cpu, slots, labels) values ($1, $2, $3, $4, $5, $6) returning session`,
    [token, info.name, info.machine, info.cpu, info.slots, info.labels],
  );
  if (row === undefined) throw new Refused(500, 'the worker was not registered');
  return row.session;
}

/** The worker of a session, which belongs to a token; it counts as heard of. */
export async function workerOf(sql: Sql, token: string, session: string): Promise<Worker> {
  if (!/^[0-9a-f-]{36}$/.test(session)) throw new Refused(401, 'the request names no session');
  const [worker] = await sql.query<Worker>(
    `update worker set seen = now() where session = $1 and token = $2 and gone is null
     returning session, name, machine, labels, health`,
    [session, token],
  );
  if (worker === undefined) throw new Refused(410, 'this session is over; register again');
  return worker;
}

/** Faults of its machine in a row after which a worker has to prove itself. */
const faultsInARow = 2;

/** A worker made an attempt. */
export async function countDone(sql: Sql, session: string): Promise<void> {
  await sql.query('update worker set faults = 0, done = done + 1 where session = $1', [session]);
}

/** A worker's machine failed an attempt. */
export async function countFault(sql: Sql, session: string): Promise<void> {
  await sql.query(
    `update worker set faults = faults + 1,
       health = case when health = 'good' and faults + 1 >= $2 then 'suspect' else health end
     where session = $1`,
    [session, faultsInARow],
  );
}

/** A worker cannot do the jobs of a run: it is offered none of them any more. */
export async function refuseRun(sql: Sql, session: string, refusal: { run: string; reason: string }): Promise<void> {
  await sql.query('insert into refusal (run, worker, reason) values ($1, $2, $3) on conflict do nothing', [
    refusal.run,
    session,
    refusal.reason,
  ]);
}
