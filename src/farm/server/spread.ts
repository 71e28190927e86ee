import type { Key } from '../wire/protocol.ts';
import type { Transaction } from './database.ts';
import { type Engine, queuesOf } from './engine.ts';

interface Released extends Key {
  readonly weight: number;
  readonly expire: number;
  readonly machine: string;
}

/**
 * Queues the held attempts of a run whose attempt before has a machine by now, for all machines but that one. Attempts are held where
 * they are spread: a queue can leave out a machine only if it is known when the job is sent.
 */
export async function releaseHeld(engine: Engine, run: string, tx: Transaction): Promise<void> {
  const released = await tx.query<Released>(
    `update task set state = 'waiting' from task before
     where task.run = $1 and task.state = 'held' and before.machine is not null
       and (before.run, before.suite, before.name, before.attempt) = (task.run, task.suite, task.name, task.attempt - 1)
     returning task.suite, task.name, task.attempt, task.weight, task.expire_seconds as expire, before.machine`,
    [run],
  );
  if (released.length === 0) return;
  const jobs = released.map(({ suite, name, attempt, weight: priority, expire: expireSeconds, machine: notOn }) => {
    return { data: { suite, name, attempt }, priority, expireSeconds, notOn };
  });
  await engine.send(queuesOf(run).usual, jobs, tx);
}

/** The machine that has an attempt beside this one, where attempts are spread. */
export async function machineBeside(
  tx: Transaction,
  run: string,
  { suite, name, attempt }: Key,
): Promise<string | undefined> {
  const [beside] = await tx.query<{ machine: string }>(
    `select task.machine from task join run on run.id = task.run
     where run.id = $1 and spread and suite = $2 and name = $3 and abs(attempt - $4) = 1 and machine is not null
     order by attempt limit 1`,
    [run, suite, name, attempt],
  );
  return beside?.machine;
}
