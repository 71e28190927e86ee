/** What a farm's tables and pg-boss's say of a run: each job's history, from which loss and duplicates would show. */
import assert from 'node:assert/strict';
import type { Disturbance } from './chaos.ts';
import type { Field } from './field.ts';

/** One test's jobs. */
interface Story {
  readonly name: string;
  readonly state: string;
  /** `made` or `trouble` of each result. */
  readonly outcomes: readonly string[];
  /** pg-boss's jobs of it by state. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Jobs that were lost with their workers, and how pg-boss has each. */
  readonly losses: readonly {
    readonly worker: string;
    readonly at: string;
    readonly late: boolean;
    readonly job: string;
  }[];
}

const stories = `
  select task.name, task.state,
    (select coalesce(json_agg(outcome ->> 'kind'), '[]') from espalier_farm.result
     where (result.run, result.suite, result.name, result.attempt) = (task.run, task.suite, task.name, task.attempt)) as outcomes,
    (select coalesce(json_object_agg(state, jobs), '{}') from
      (select state, count(*) as jobs from espalier_boss.job
       where job.name like 'run.%' and job.data ->> 'name' = task.name group by state) as counted) as jobs,
    (select coalesce(json_agg(json_build_object('worker', worker, 'at', at, 'late', late is not null,
        'job', (select job.state from espalier_boss.job where job.id = loss.job)) order by loss.id), '[]') from espalier_farm.loss
     where (loss.run, loss.suite, loss.name, loss.attempt) = (task.run, task.suite, task.name, task.attempt)) as losses
  from espalier_farm.task order by task.name`;

/** What is to be told of a run. */
export interface Books {
  readonly tests: number;
  readonly made: number;
  readonly poison: number;
  readonly lost: number;
  /** Late results that were refused. */
  readonly stale: number;
}

/**
 * Asserts that every test has one result, which came of one completed job, that every other job of it is one that was lost, and that
 * no worker was given up that nothing had happened to.
 */
export async function audit(field: Field, disturbances: readonly Disturbance[]): Promise<Books> {
  const all = (await field.sql(stories)) as Story[];
  for (const story of all) checkStory(story, disturbances);
  const [tally] = (await field.sql(
    "select coalesce(json_object_agg(name, value), '{}') as tally from espalier_farm.tally",
  )) as { tally: Record<string, number> }[];
  const losses = all.flatMap((story) => story.losses);
  const count = (outcome: string) => all.filter(({ outcomes }) => outcomes[0] === outcome).length;
  const books = {
    tests: all.length,
    made: count('made'),
    poison: count('trouble'),
    lost: losses.length,
    stale: losses.filter(({ late }) => late).length,
  };
  const { accepted = 0, poison = 0, lost = 0, stale = 0 } = tally?.tally ?? {};
  assert.deepEqual(
    { accepted, poison, lost, stale },
    { accepted: books.made, poison: books.poison, lost: books.lost, stale: books.stale },
    'the farm counts what its tables have',
  );
  return books;
}

function checkStory({ name, state, outcomes, jobs, losses }: Story, disturbances: readonly Disturbance[]): void {
  const told = JSON.stringify({ name, state, outcomes, jobs, losses });
  assert.equal(state, 'done', told);
  assert.equal(outcomes.length, 1, told);
  const { completed = 0, failed = 0, ...others } = jobs;
  assert.equal(completed, outcomes[0] === 'made' ? 1 : 0, told);
  assert.deepEqual(others, {}, told);
  // Besides those that were lost, some were given back because nobody was there to take them.
  assert.ok(failed >= losses.length, told);
  for (const { worker, at, job } of losses) {
    assert.equal(job, 'failed', told);
    const since = Date.parse(at) - 30_000;
    const met = disturbances.some(
      (one) => (one.worker ?? worker) === worker && one.at > since && one.at < Date.parse(at),
    );
    assert.ok(met, `nothing had happened to ${worker}: ${told}`);
  }
  if (outcomes[0] === 'trouble') assert.ok(losses.length >= 3, told);
}
