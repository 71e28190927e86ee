import { type FarmResult, type Job, type Key, type OpenRun, type Outcome, textOfKey } from '../wire/protocol.ts';
import type { Database, Sql, Transaction } from './database.ts';
import { type Engine, queuesOf } from './engine.ts';
import { Refused } from './refused.ts';
import { releaseHeld } from './spread.ts';

/** Where notifications go: a run's id behind one of these words. */
export const channel = 'espalier_farm';

/** Something that whoever waits should look at. */
export async function notify(sql: Sql, what: 'work' | 'result' | 'cancel', run: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [channel, `${what} ${run}`]);
}

/** What runs are kept in. */
export interface RunPlace {
  readonly database: Database;
  readonly engine: Engine;
}

/** Opens a run, again where it was open before: its results stay, and the labels that its user asked for unless others are named. */
export async function openRun({ database, engine }: RunPlace, owner: string, run: OpenRun): Promise<void> {
  const { usual, alone } = queuesOf(run.id);
  await engine.open([usual, alone]);
  const [opened] = await database.query<{ owner: string }>(
    `insert into run (id, owner, needs, asked, spread)
     values ($1, $2, $3::text[] || coalesce($4::text[], '{}'), coalesce($4::text[], '{}'), coalesce($5, false))
     on conflict (id) do update set state = 'open', touched = now(),
       needs = $3::text[] || coalesce($4::text[], run.asked), asked = coalesce($4::text[], run.asked),
       spread = coalesce($5, run.spread)
     where run.owner = $2 returning owner`,
    [run.id, owner, run.needs, run.labels ?? null, run.spread ?? null],
  );
  if (opened === undefined) throw new Refused(403, `the run ${run.id} is another driver's`);
}

/** Throws unless the run is there and the driver's own. */
export async function ownRun(sql: Sql, owner: string, id: string): Promise<{ readonly state: string }> {
  const [run] = await sql.query<{ owner: string; state: string }>(
    'update run set touched = now() where id = $1 returning owner, state',
    [id],
  );
  if (run === undefined) throw new Refused(404, `the farm has no run ${id}`);
  if (run.owner !== owner) throw new Refused(403, `the run ${id} is another driver's`);
  return run;
}

/** Puts jobs into a run's queue. One that is there already, waiting, being made or done, is left as it is, unless its result is replaced. */
export async function submit({ database, engine }: RunPlace, run: string, jobs: readonly Job[]): Promise<void> {
  const columns = `select suite, name, attempt, order_sha256, weight, expire_seconds,
      case when follows and (select spread from run where id = $1) then 'held' else 'waiting' end
    from unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::int[], $8::bool[])
      as job (suite, name, attempt, order_sha256, weight, expire_seconds, follows)`;
  await database.transaction(async (tx) => {
    await lockRunRow(tx, run);
    await dropReplaced(tx, run, jobs);
    const fresh = await tx.query<Key & { state: string }>(
      `insert into task (run, suite, name, attempt, order_sha256, weight, expire_seconds, state)
       select $1, fresh.* from (${columns}) as fresh
       on conflict (run, suite, name, attempt) do update
         set state = excluded.state, order_sha256 = excluded.order_sha256, alone = false, lost_on = null, machine = null
         where task.state = 'cancelled'
       returning suite, name, attempt, state`,
      [
        run,
        ...columnsOf(jobs),
        jobs.map(({ order }) => order),
        jobs.map(({ weight }) => weight),
        jobs.map(({ expireSeconds }) => expireSeconds),
        jobs.map(({ follows }) => follows ?? false),
      ],
    );
    await dropLosses(tx, run, fresh);
    const keys = new Set(fresh.filter(({ state }) => state === 'waiting').map(textOfKey));
    const queued = jobs.filter((job) => keys.has(textOfKey(job)));
    const rows = queued.map(({ suite, name, attempt, weight: priority, expireSeconds }) => ({
      data: { suite, name, attempt },
      priority,
      expireSeconds,
    }));
    if (rows.length > 0) await engine.send(queuesOf(run).usual, rows, tx);
    await releaseHeld(engine, run, tx);
    await notify(tx, 'work', run);
  });
}

/** Deletes results that are not wanted; their attempts count as never made. A result of another number is a later one, and stays. */
async function dropReplaced(tx: Transaction, run: string, jobs: readonly Job[]): Promise<void> {
  const replaced = jobs.filter(({ replaces }) => replaces !== undefined);
  if (replaced.length === 0) return;
  await tx.query(
    `with dropped as (
       delete from result using unnest($2::text[], $3::text[], $4::int[], $5::int[]) as job (suite, name, attempt, number)
       where result.run = $1
         and (result.suite, result.name, result.attempt, result.number) = (job.suite, job.name, job.attempt, job.number)
       returning result.suite, result.name, result.attempt)
     update task set state = 'cancelled' from dropped
     where task.run = $1 and (task.suite, task.name, task.attempt) = (dropped.suite, dropped.name, dropped.attempt)`,
    [run, ...columnsOf(replaced), replaced.map(({ replaces }) => replaces)],
  );
}

/** What was lost with earlier workers does not count against a new try. */
async function dropLosses(tx: Transaction, run: string, keys: readonly Key[]): Promise<void> {
  await tx.query(
    `delete from loss using unnest($2::text[], $3::text[], $4::int[]) as job (suite, name, attempt)
     where loss.run = $1 and (loss.suite, loss.name, loss.attempt) = (job.suite, job.name, job.attempt)`,
    [run, ...columnsOf(keys)],
  );
}

function columnsOf(keys: readonly Key[]): [string[], string[], number[]] {
  return [keys.map(({ suite }) => suite), keys.map(({ name }) => name), keys.map(({ attempt }) => attempt)];
}

/** Results behind a number, in their order. */
export async function resultsAfter(sql: Sql, run: string, after: number): Promise<FarmResult[]> {
  const rows = await sql.query<FarmResult>(
    `select number, suite, name, attempt, worker, machine, outcome from result
     where run = $1 and number > $2 order by number limit 500`,
    [run, after],
  );
  return rows;
}

/** Closes a run, stopped or with all results that its driver wants: what waits is dropped, and who makes an attempt gives it up. */
export async function closeRun(
  { database, engine }: RunPlace,
  run: string,
  state: 'cancelled' | 'ended',
): Promise<void> {
  await database.transaction(async (tx) => {
    await lockRunRow(tx, run);
    await tx.query('update run set state = $2 where id = $1', [run, state]);
    await tx.query("update task set state = 'cancelled' where run = $1 and state in ('held', 'waiting', 'leased')", [
      run,
    ]);
    await tx.query('delete from lease where run = $1', [run]);
    await notify(tx, 'cancel', run);
  });
  await removeQueues(engine, run);
}

async function removeQueues(engine: Engine, run: string): Promise<void> {
  const { usual, alone } = queuesOf(run);
  await engine.remove([usual, alone]);
}

/**
 * Locks a run until the transaction ends. Whoever ends jobs of a run takes this lock first: one order of locks for all, so that
 * they wait for each other and none has to be broken.
 */
export async function lockRunRow(tx: Transaction, run: string): Promise<boolean> {
  return (await tx.query('select 1 from run where id = $1 for update', [run])).length === 1;
}

/** An attempt's result, with the next number of its run. False where it has one already. */
export async function recordResult(tx: Transaction, result: RecordedResult): Promise<boolean> {
  const { run, key, job, worker, machine, session, outcome } = result;
  // The row of the run is locked until the commit, so that numbers are seen in their order.
  const [row] = await tx.query<{ number: number }>(
    'update run set results = results + 1 where id = $1 returning results as number',
    [run],
  );
  if (row === undefined) return false;
  const added = await tx.query(
    `insert into result (run, number, suite, name, attempt, job, worker, machine, session, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (run, suite, name, attempt) do nothing returning 1`,
    [run, row.number, key.suite, key.name, key.attempt, job, worker, machine, session ?? null, outcome],
  );
  if (added.length === 0) return false;
  await tx.query("update task set state = 'done' where run = $1 and suite = $2 and name = $3 and attempt = $4", [
    run,
    key.suite,
    key.name,
    key.attempt,
  ]);
  await notify(tx, 'result', run);
  return true;
}

export interface RecordedResult {
  readonly run: string;
  readonly key: Key;
  /** The job of pg-boss that it came of. */
  readonly job: string;
  /** The worker's name. */
  readonly worker: string;
  readonly machine: string;
  readonly session?: string;
  readonly outcome: Outcome;
}
