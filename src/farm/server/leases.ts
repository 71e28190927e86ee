import type { Key, Outcome } from '../wire/protocol.ts';
import { heartbeat } from '../wire/protocol.ts';
import { findBlob } from './blobs.ts';
import { endCanary } from './canary.ts';
import type { Sql, Transaction } from './database.ts';
import { type Engine, type HeldJob, queuesOf } from './engine.ts';
import { Refused } from './refused.ts';
import { lockRunRow, notify, type RunPlace, recordResult } from './runs.ts';
import { machineBeside } from './spread.ts';
import { count } from './tallies.ts';
import { countDone, countFault, type Worker } from './workers.ts';

/** A lease as it is kept. */
interface LeaseRow extends Key {
  readonly job: string;
  readonly queue: string;
  readonly retryCount: number;
  readonly run: string;
  readonly worker: string;
  readonly machine: string;
  /** It is no job of pg-boss, and its result is not wanted. */
  readonly canary: boolean;
}

const columns = 'job, queue, retry_count as "retryCount", run, suite, name, attempt, worker, machine, canary';

const heldJob = ({ job, retryCount }: LeaseRow): HeldJob => ({ id: job, retryCount });

/** Keeps a worker's leases; returns those that are its own no longer. */
export async function beat(
  { database, engine }: RunPlace,
  worker: Worker,
  leases: readonly string[],
): Promise<string[]> {
  const held = await database.query<LeaseRow>(
    `update lease set beat = now() where worker = $1 and job = any($2::uuid[]) returning ${columns}`,
    [worker.session, leases],
  );
  const jobs = held.filter(({ canary }) => !canary);
  const kept = new Set(held.filter(({ canary }) => canary).map(({ job }) => job));
  for (const [queue, rows] of Map.groupBy(jobs, ({ queue }) => queue)) {
    try {
      for (const id of await engine.touch(queue, rows.map(heldJob))) kept.add(id);
    } catch (error) {
      // The run was closed meanwhile, and its queue with it; any other trouble says nothing of the leases.
      for (const { job } of rows) if (await holds(database, worker, job)) throw error;
    }
  }
  return leases.filter((lease) => !kept.has(lease));
}

/** Whether a lease is a worker's now. */
export async function holds(sql: Sql, { session }: Worker, job: string): Promise<boolean> {
  return (await sql.query('select 1 from lease where job = $1 and worker = $2', [job, session])).length === 1;
}

/** A worker's lease, with its run's row locked; `undefined`: it has none of this name. */
async function lockLease(tx: Transaction, worker: Worker, job: string): Promise<LeaseRow | undefined> {
  const find = `select ${columns} from lease where job = $1 and worker = $2`;
  const [seen] = await tx.query<LeaseRow>(find, [job, worker.session]);
  if (seen === undefined || !(await lockRunRow(tx, seen.run))) return undefined;
  const [lease] = await tx.query<LeaseRow>(`${find} for update`, [job, worker.session]);
  return lease;
}

/**
 * Takes what became of a job: the job of pg-boss ends, and the result is there, or neither. False where the worker no longer
 * held the job; a second call after an answer that was lost gives what the first gave.
 */
export async function finish(
  { database, engine }: RunPlace,
  worker: Worker,
  { job, outcome }: { readonly job: string; readonly outcome: Outcome },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const lease = await lockLease(tx, worker, job);
    if (lease === undefined) return (await isAccepted(tx, worker, job)) || countLate(tx, worker, job);
    if (lease.canary) {
      await endCanary(tx, lease, outcome.kind === 'made' && outcome.word === 'passed');
      return true;
    }
    if (outcome.kind === 'made') await requireResult(tx, outcome);
    if (!(await engine.complete(lease.queue, heldJob(lease), tx))) return false;
    await tx.query('delete from lease where job = $1', [job]);
    const { run, suite, name, attempt } = lease;
    const { name: workerName, machine, session } = worker;
    const result = { run, key: { suite, name, attempt }, job, worker: workerName, machine, session, outcome };
    if (!(await recordResult(tx, result))) return false;
    await countDone(tx, worker.session);
    await count(tx, 'accepted');
    return true;
  });
}

/** The result of a job that its worker had lost came nevertheless: it is refused, and counted once. Always false. */
export async function countLate(sql: Sql, { session }: Worker, job: string): Promise<false> {
  const came = 'update loss set late = now() where job = $1 and session = $2 and late is null returning 1';
  if ((await sql.query(came, [job, session])).length === 1) await count(sql, 'stale');
  return false;
}

/** An uploaded content of this hash and size, as a result. */
async function requireResult(sql: Sql, { blob }: Extract<Outcome, { kind: 'made' }>): Promise<void> {
  const found = await findBlob(sql, { sha256: blob.sha256, kind: 'result' });
  if (found?.size !== blob.size) {
    throw new Refused(409, 'the result was not uploaded');
  }
}

async function isAccepted(tx: Transaction, { session }: Worker, job: string): Promise<boolean> {
  return (await tx.query('select 1 from result where job = $1 and session = $2', [job, session])).length === 1;
}

/** A worker gives a job back before it has begun, or because it is to end: no fault of the job or the machine. */
export async function giveBack({ database, engine }: RunPlace, worker: Worker, job: string): Promise<void> {
  await database.transaction(async (tx) => {
    const lease = await lockLease(tx, worker, job);
    if (lease === undefined || !(lease.canary || (await engine.drop(lease.queue, heldJob(lease), tx)))) return;
    await tx.query('delete from lease where job = $1', [job]);
    if (!lease.canary) await queueAgain(engine, { lease }, tx);
  });
}

/** A worker ends in order: what it still held is given to others, and its session is over. */
export async function leave(place: RunPlace, worker: Worker): Promise<void> {
  const { database } = place;
  const held = await database.query<{ job: string }>('select job from lease where worker = $1', [worker.session]);
  for (const { job } of held) await giveBack(place, worker, job);
  await database.query('update worker set gone = now() where session = $1', [worker.session]);
}

/** A worker's machine failed the attempt: it counts against both, and another machine tries. */
export async function reportFault(
  { database, engine }: RunPlace,
  worker: Worker,
  { job, reason }: { readonly job: string; readonly reason: string },
): Promise<void> {
  await database.transaction(async (tx) => {
    const lease = await lockLease(tx, worker, job);
    if (lease?.canary) return endCanary(tx, lease, false);
    if (lease === undefined || !(await engine.drop(lease.queue, heldJob(lease), tx))) return;
    await countFault(tx, worker.session);
    await lose(engine, { lease, loss: { reason, name: worker.name, silent: false } }, tx);
  });
}

/** Gives jobs of workers that are not heard of any more, or take too long, to others. Returns how many. */
export async function reap({ database, engine }: RunPlace): Promise<number> {
  const overdue = `beat < now() - interval '${heartbeat.lostAfter} seconds' or began < now() - expire_seconds * interval '1 second'`;
  const seen = await database.query<LeaseRow>(`select ${columns} from lease where ${overdue} limit 1000`);
  let lost = 0;
  for (const { job, run } of seen) {
    await database.transaction(async (tx) => {
      if (!(await lockRunRow(tx, run))) return;
      const [lease] = await tx.query<LeaseRow & { stuck: boolean; workerName: string }>(
        `select ${columns}, beat > now() - interval '${heartbeat.lostAfter} seconds' as stuck,
           (select worker.name from worker where session = lease.worker) as "workerName"
         from lease where job = $1 and (${overdue})`,
        [job],
      );
      if (lease === undefined) return;
      if (lease.canary) return endCanary(tx, lease, false);
      // pg-boss may have ended it already, where it took too long; it is nobody's either way.
      await engine.drop(lease.queue, heldJob(lease), tx);
      const reason = lease.stuck ? 'the job took longer than it may' : 'the worker was not heard of any more';
      await lose(engine, { lease, loss: { reason, name: lease.workerName, silent: !lease.stuck } }, tx);
      await count(tx, 'lost');
      lost += 1;
    });
  }
  return lost;
}

/** Losses after which a job is poison, the last of them while it had a machine for itself. */
const mostLosses = 3;
/** The same, with those that were none of the job's doing. */
const mostInAll = 6;

interface Loss {
  readonly reason: string;
  /** The worker's. */
  readonly name: string;
  readonly silent: boolean;
}

interface Lost {
  readonly lease: LeaseRow;
  readonly loss: Loss;
}

interface PastLoss {
  readonly worker: string;
  readonly machine: string;
  readonly reason: string;
  /** The worker was heard of again: it was stopped or cut off, and the job did not end it. */
  readonly back: boolean;
}

/** A job was lost with its worker: elsewhere next, then alone, and then it is called unresolved with the list. */
async function lose(engine: Engine, { lease, loss }: Lost, tx: Transaction): Promise<void> {
  await tx.query('delete from lease where job = $1', [lease.job]);
  const losses = await addLoss(tx, { lease, loss });
  const counting = losses.filter(({ back }) => !back).length;
  if (counting >= mostLosses || losses.length >= mostInAll) return callPoison(tx, { lease, loss }, losses);
  await queueAgain(engine, { lease, again: { alone: counting === mostLosses - 1, lostOn: lease.machine } }, tx);
}

/** Adds a loss; returns all of the job's so far. */
async function addLoss(tx: Transaction, { lease, loss }: Lost): Promise<PastLoss[]> {
  const { run, suite, name, attempt, worker, machine, job } = lease;
  const key = [run, suite, name, attempt];
  await tx.query(
    `insert into loss (run, suite, name, attempt, job, session, worker, machine, reason, silent)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [...key, job, worker, loss.name, machine, loss.reason, loss.silent],
  );
  return tx.query<PastLoss>(
    `select worker, machine, reason,
       silent and exists (select from worker past where past.session = loss.session and past.seen > loss.at) as back
     from loss where run = $1 and suite = $2 and name = $3 and attempt = $4 order by id`,
    key,
  );
}

async function callPoison(tx: Transaction, { lease, loss }: Lost, losses: readonly PastLoss[]): Promise<void> {
  const { run, suite, name, attempt, job, machine } = lease;
  const list = losses.map(({ worker, machine, reason, back }) => {
    return `${worker} on ${machine}: ${reason}${back ? ' for a while' : ''}`;
  });
  const message = `${losses.length} workers were lost with it, the last one while it ran alone`;
  const trouble = { fault: 'infrastructure' as const, message, detail: { output: list.join('\n') } };
  const outcome = { kind: 'trouble' as const, trouble };
  await recordResult(tx, { run, key: { suite, name, attempt }, job, worker: loss.name, machine, outcome });
  await count(tx, 'poison');
}

interface Requeued {
  readonly lease: LeaseRow;
  /** What becomes of it; absent: it is as it was. */
  readonly again?: { readonly alone: boolean; readonly lostOn: string };
}

/** Above every first try: what was lost is late already. */
const againPriority = 2_000_000_001;

/** Queues a job once more: as it was, or as what became of it asks for. */
async function queueAgain(engine: Engine, { lease, again }: Requeued, tx: Transaction): Promise<void> {
  const { run, suite, name, attempt } = lease;
  const [task] = await tx.query<{ expire: number; alone: boolean; lostOn: string | null }>(
    `update task set state = 'waiting', alone = coalesce($5, alone), lost_on = coalesce($6, lost_on)
     where run = $1 and suite = $2 and name = $3 and attempt = $4 and state = 'leased'
     returning expire_seconds as expire, alone, lost_on as "lostOn"`,
    [run, suite, name, attempt, again?.alone ?? null, again?.lostOn ?? null],
  );
  if (task === undefined) return;
  const queues = queuesOf(run);
  const job = {
    data: { suite, name, attempt },
    priority: againPriority,
    expireSeconds: task.expire,
    notOn: (await machineBeside(tx, run, lease)) ?? task.lostOn ?? undefined,
  };
  await engine.send(task.alone ? queues.alone : queues.usual, [job], tx);
  await notify(tx, 'work', run);
}
