import { PgBoss } from 'pg-boss';
import { EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import type { Database, Transaction } from './database.ts';
import { schemas } from './schema.ts';

/**
 * A job as it was fetched. pg-boss takes it for `complete`, `fail` and `touch` and then refuses whoever no longer holds it; a bare
 * id would be taken from anybody (no call in here passes one).
 */
export interface HeldJob {
  readonly id: string;
  readonly retryCount: number;
}

/** What is put into a queue. */
export interface QueuedJob {
  readonly data: object;
  readonly priority: number;
  readonly expireSeconds: number;
  /** A machine on which it is not to be fetched. */
  readonly notOn?: string | undefined;
}

/**
 * The queues of the farm: one of each run, and one of each run for jobs that go alone. Which jobs are lost is found by the farm's own
 * leases: pg-boss would fail all of them at once after an outage of its database, before a worker can say that it lives.
 */
export class Engine implements AsyncDisposable {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  static async start(database: Database): Promise<Engine> {
    const boss = new PgBoss({
      db: { executeSql: (text, values) => database.executeSql(text, values) },
      schema: schemas.boss,
      schedule: false,
      registerInstance: false,
      openTelemetry: { enabled: false },
    });
    let last = '';
    boss.on('error', ({ message }) => {
      if (message !== last) warn(`pg-boss: ${message}`);
      last = message;
    });
    await boss.start();
    return new Engine(boss);
  }

  /** Makes the queues of a run, unless they are there. */
  async open(queues: readonly string[]): Promise<void> {
    for (const queue of queues) {
      await this.#boss.createQueue(queue, { retryLimit: 0 });
    }
  }

  /** Removes queues with all that is in them. */
  async remove(queues: readonly string[]): Promise<void> {
    for (const queue of queues) await this.#boss.deleteQueue(queue);
  }

  async send(queue: string, jobs: readonly QueuedJob[], tx: Transaction): Promise<void> {
    const rows = jobs.map(({ data, priority, expireSeconds, notOn }) => ({
      data,
      priority,
      expireInSeconds: expireSeconds,
      retryLimit: 0,
      ...(notOn !== undefined && { group: { id: notOn } }),
    }));
    await this.#boss.insert(queue, rows, { db: tx });
  }

  /** The next job, with the highest priority; `machine`: leaves those that are not to be done there. */
  async take<T>(
    queue: string,
    machine: string | undefined,
    tx: Transaction,
  ): Promise<(HeldJob & { readonly data: T }) | undefined> {
    const options = { db: tx, includeMetadata: true as const, ignoreGroups: machine === undefined ? null : [machine] };
    const [job] = await this.#boss.fetch<T>(queue, options);
    return job;
  }

  /** Says that jobs are being worked on; returns the ids of those that still are whose they were. */
  async touch(queue: string, jobs: readonly HeldJob[]): Promise<ReadonlySet<string>> {
    if (affected(await this.#boss.touch(queue, [...jobs])) === jobs.length) return new Set(jobs.map(({ id }) => id));
    const kept = new Set<string>();
    // The answer does not name those that were lost.
    for (const job of jobs) if (affected(await this.#boss.touch(queue, [job])) === 1) kept.add(job.id);
    return kept;
  }

  /** True where the job was still held; else nothing has changed. */
  async complete(queue: string, job: HeldJob, tx: Transaction): Promise<boolean> {
    return affected(await this.#boss.complete(queue, [job], null, { db: tx })) === 1;
  }

  /** Ends a job that is not going to be completed by who held it. */
  async drop(queue: string, job: HeldJob, tx: Transaction): Promise<boolean> {
    return affected(await this.#boss.fail(queue, [job], null, { db: tx })) === 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }
}

/** Jobs that a call changed. pg-boss's types leave open what it answers. */
function affected(response: object): number {
  const { affected: jobs } = response as { readonly affected?: number };
  if (jobs === undefined) throw new EspalierError('bug', 'pg-boss does not say how many jobs it changed');
  return jobs;
}

/** Names of a run's queues. */
export function queuesOf(run: string): { readonly usual: string; readonly alone: string } {
  return { usual: `run.${run}`, alone: `run.${run}.alone` };
}
