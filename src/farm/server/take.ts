import type { Key, Lease } from '../wire/protocol.ts';
import { takeCanary } from './canary.ts';
import type { Transaction } from './database.ts';
import { type Engine, type HeldJob, queuesOf } from './engine.ts';
import type { RunPlace } from './runs.ts';
import { releaseHeld } from './spread.ts';
import { isLive, isSuspect, type Worker, workerState } from './workers.ts';

/** A run that has work for a worker. */
interface Candidate {
  readonly run: string;
  readonly hasAlone: boolean;
  readonly hasUsual: boolean;
  readonly spread: boolean;
}

/**
 * A job for a worker, under a lease; `undefined`: there is none for it now. Runs take turns: the one with the fewest jobs under
 * way comes first. Within a run the longest goes first. A suspect worker gets a canary, where there is one.
 */
export function take({ database, engine }: RunPlace, worker: Worker): Promise<Lease | undefined> {
  return database.transaction(async (tx) => {
    const state = await workerState(tx, worker.session);
    if (!state?.mayWork || state.taken) return undefined;
    const canary = state.suspect ? await takeCanary(tx, worker) : undefined;
    if (canary !== undefined) return canary === 'under way' ? undefined : canary;
    for (const candidate of await candidates(tx, worker)) {
      const lease = await takeFrom(engine, { candidate, worker, idle: state.idle }, tx);
      if (lease !== undefined) return lease;
    }
    return undefined;
  });
}

function candidates(tx: Transaction, { labels }: Worker): Promise<Candidate[]> {
  return tx.query<Candidate>(
    `select run.id as run, spread,
       exists (select from task where task.run = run.id and task.state = 'waiting' and alone) as "hasAlone",
       exists (select from task where task.run = run.id and task.state = 'waiting' and not alone) as "hasUsual"
     from run
     where state = 'open' and needs <@ $1
       and exists (select from task where task.run = run.id and task.state = 'waiting')
     order by (select count(*) from lease where lease.run = run.id), touched`,
    [labels],
  );
}

interface Wanted {
  readonly candidate: Candidate;
  readonly worker: Worker;
  /** Its machine makes nothing. */
  readonly idle: boolean;
}

async function takeFrom(
  engine: Engine,
  { candidate, worker, idle }: Wanted,
  tx: Transaction,
): Promise<Lease | undefined> {
  const { run, hasAlone, hasUsual, spread } = candidate;
  const { usual, alone } = queuesOf(run);
  const elsewhere = spread || (await otherMachines(tx, run, worker)) ? worker.machine : undefined;
  if (hasAlone) {
    const choice = { queue: alone, run, worker, elsewhere, alone: true, spread };
    const lease = idle ? await leaseOf(engine, choice, tx) : undefined;
    if (lease !== undefined) return lease;
    // This machine is to become idle: the first of those that may have the job.
    if (!idle && (await isChosen(tx, run, worker))) return undefined;
  }
  if (!hasUsual) return undefined;
  return leaseOf(engine, { queue: usual, run, worker, elsewhere, alone: false, spread }, tx);
}

/** Whether another machine could do a run's jobs: only then is a lost one kept from the machine that lost it. */
async function otherMachines(tx: Transaction, run: string, { machine }: Worker): Promise<boolean> {
  const [row] = await tx.query(
    `select 1 from worker, run where run.id = $1 and machine <> $2 and not ${isSuspect} and needs <@ labels and ${isLive} limit 1`,
    [run, machine],
  );
  return row !== undefined;
}

async function isChosen(tx: Transaction, run: string, { machine }: Worker): Promise<boolean> {
  const [row] = await tx.query<{ machine: string }>(
    `select worker.machine from worker, run, task
     where run.id = $1 and task.run = run.id and task.state = 'waiting' and task.alone
       and needs <@ labels and not ${isSuspect} and ${isLive}
     order by worker.machine = task.lost_on, worker.machine limit 1`,
    [run],
  );
  return row?.machine === machine;
}

interface Choice {
  readonly queue: string;
  readonly run: string;
  readonly worker: Worker;
  readonly elsewhere: string | undefined;
  readonly alone: boolean;
  readonly spread: boolean;
}

async function leaseOf(engine: Engine, choice: Choice, tx: Transaction): Promise<Lease | undefined> {
  for (;;) {
    const job = await engine.take<Key>(choice.queue, choice.elsewhere, tx);
    if (job === undefined) return undefined;
    const lease = await insertLease(choice, job, tx);
    if (lease !== undefined) {
      if (choice.spread) await releaseHeld(engine, choice.run, tx);
      return lease;
    }
    // Its task was cancelled, or done by another job: nothing is left to do.
    await engine.drop(choice.queue, job, tx);
  }
}

async function insertLease(
  { queue, run, worker, alone }: Choice,
  job: HeldJob & { readonly data: Key },
  tx: Transaction,
): Promise<Lease | undefined> {
  const { suite, name, attempt } = job.data;
  const [task] = await tx.query<{ order: string; expire: number }>(
    `update task set state = 'leased', machine = $5
     where run = $1 and suite = $2 and name = $3 and attempt = $4 and state = 'waiting'
     returning order_sha256 as order, expire_seconds as expire`,
    [run, suite, name, attempt, worker.machine],
  );
  if (task === undefined) return undefined;
  await tx.query(
    `insert into lease (job, queue, retry_count, run, suite, name, attempt, worker, machine, alone, expire_seconds)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [job.id, queue, job.retryCount, run, suite, name, attempt, worker.session, worker.machine, alone, task.expire],
  );
  return { lease: job.id, run, key: { suite, name, attempt }, order: task.order, canary: false };
}
