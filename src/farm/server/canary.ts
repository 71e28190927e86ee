import type { Key, Lease } from '../wire/protocol.ts';
import type { Transaction } from './database.ts';
import { count } from './tallies.ts';
import { countDone, countFault, type Worker } from './workers.ts';

/**
 * What a suspect worker gets before more work: the shortest test of an open run that another machine passed. `under way`: it has
 * one already; `undefined`: there is no such test yet.
 */
export async function takeCanary(tx: Transaction, worker: Worker): Promise<Lease | 'under way' | undefined> {
  const { session, machine, labels } = worker;
  if ((await tx.query('select 1 from lease where worker = $1 and canary', [session])).length > 0) return 'under way';
  const [test] = await tx.query<Key & { run: string; order: string; expire: number }>(
    `select task.run, task.suite, task.name, task.attempt, order_sha256 as order, expire_seconds as expire
     from run join task on task.run = run.id
       join result using (run, suite, name, attempt)
     where run.state = 'open' and needs <@ $1 and result.machine <> $2
       and outcome ->> 'kind' = 'made' and outcome ->> 'word' = 'passed'
     order by weight, result.number limit 1`,
    [labels, machine],
  );
  if (test === undefined) return undefined;
  const { run, suite, name, attempt, order, expire } = test;
  const [lease] = await tx.query<{ job: string }>(
    `insert into lease (job, queue, retry_count, run, suite, name, attempt, worker, machine, alone, expire_seconds, canary)
     values (gen_random_uuid(), '', 0, $1, $2, $3, $4, $5, $6, false, $7, true) returning job`,
    [run, suite, name, attempt, session, machine, expire],
  );
  return lease && { lease: lease.job, run, key: { suite, name, attempt }, order, canary: true };
}

/** A worker's canary ended: with the verdict that the other machine gave, or else the machine is at fault once more. */
export async function endCanary(
  tx: Transaction,
  { job, worker }: { readonly job: string; readonly worker: string },
  passed: boolean,
): Promise<void> {
  await tx.query('delete from lease where job = $1', [job]);
  if (!passed) return countFault(tx, worker);
  await countDone(tx, worker);
  await count(tx, 'canaries');
}
