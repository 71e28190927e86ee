import type { Key, Lease, Outcome } from '../wire/protocol.ts';
import type { RunPlace } from './runs.ts';
import type { Worker } from './workers.ts';

interface Passed extends Key {
  readonly run: string;
  readonly order: string;
  readonly word: string;
}

/**
 * What a suspect worker has to do before more work: an attempt whose verdict another worker found. Where there is none yet it is
 * believed once more.
 */
export async function takeCanary({ database }: Pick<RunPlace, 'database'>, worker: Worker): Promise<Lease | undefined> {
  if (worker.health === 'distrusted') return undefined;
  const [passed] = await database.query<Passed>(
    `select run.id as run, task.suite, task.name, task.attempt, order_sha256 as order, outcome ->> 'word' as word
     from result join run on run.id = result.run
       join task on (task.run, task.suite, task.name, task.attempt) = (result.run, result.suite, result.name, result.attempt)
     where needs <@ $1 and outcome ->> 'word' = 'passed' and session is distinct from $2
     order by weight limit 1`,
    [worker.labels, worker.session],
  );
  if (passed === undefined) {
    await database.query("update worker set health = 'good', faults = 0 where session = $1", [worker.session]);
    return undefined;
  }
  const { run, suite, name, attempt, order, word } = passed;
  const [row] = await database.query<{ lease: string }>(
    'insert into canary (worker, word) values ($1, $2) returning lease',
    [worker.session, word],
  );
  return row && { lease: row.lease, run, key: { suite, name, attempt }, order, canary: true };
}

/** Takes a suspect's outcome; false where it was no canary's. A worker that found the same is good again. */
export async function finishCanary(
  { database }: Pick<RunPlace, 'database'>,
  worker: Worker,
  { lease, outcome }: { readonly lease: string; readonly outcome: Outcome },
): Promise<boolean> {
  const [canary] = await database.query<{ word: string }>(
    'delete from canary where lease = $1 and worker = $2 returning word',
    [lease, worker.session],
  );
  if (canary === undefined) return false;
  const same = outcome.kind === 'made' && outcome.word === canary.word;
  if (same) await database.query("update worker set health = 'good', faults = 0 where session = $1", [worker.session]);
  return true;
}
