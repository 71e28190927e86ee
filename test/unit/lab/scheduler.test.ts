import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runTasks, type Task } from '../../../src/lab/scheduler.ts';

const options = (signal = new AbortController().signal) => ({
  capacity: { slots: 2, backlog: 4 },
  judges: 2,
  signal,
});

interface Log {
  readonly events: string[];
  live: number;
  most: number;
}

function taskOf(name: string, log: Log, change: Partial<Task> = {}): Task {
  return {
    estimateMs: 1,
    async make() {
      log.live += 1;
      log.most = Math.max(log.most, log.live);
      log.events.push(`make ${name}`);
      await turn();
      log.live -= 1;
    },
    async judge() {
      log.events.push(`judge ${name}`);
      return [];
    },
    ...change,
  };
}

const newLog = (): Log => ({ events: [], live: 0, most: 0 });

test('every task runs and is judged, never more at once than there are slots', async () => {
  const log = newLog();
  const names = ['a', 'b', 'c', 'd', 'e'];
  await runTasks(
    names.map((name) => taskOf(name, log)),
    options(),
  );
  assert.equal(log.most, 2);
  assert.deepEqual(log.events.toSorted(), [
    ...names.map((name) => `judge ${name}`),
    ...names.map((name) => `make ${name}`),
  ]);
});

test('no tasks are done at once', async () => {
  await runTasks([], options());
});

test('what a judge asks for is run as well', async () => {
  const log = newLog();
  const retry = taskOf('again', log);
  await runTasks([taskOf('first', log, { judge: async () => [retry] })], options());
  assert.deepEqual(log.events, ['make first', 'make again', 'judge again']);
});

test('after a stop nothing is started and nothing is judged', async () => {
  const log = newLog();
  const stop = new AbortController();
  const stopping = taskOf('stopping', log, { estimateMs: 9, make: async () => stop.abort() });
  await runTasks([stopping, taskOf('a', log), taskOf('b', log)], {
    ...options(stop.signal),
    capacity: { slots: 1, backlog: 1 },
  });
  assert.deepEqual(log.events, []);
});

test('a stop waits for what is being made', async () => {
  const log = newLog();
  const stop = new AbortController();
  const slow = taskOf('slow', log, {
    async make() {
      stop.abort();
      await turn();
      await turn();
      log.events.push('slow ended');
    },
  });
  await runTasks([slow], options(stop.signal));
  assert.deepEqual(log.events, ['slow ended']);
});

test("a task's own failure is the scheduler's", async () => {
  const log = newLog();
  const broken = taskOf('broken', log, { make: () => Promise.reject(new Error('no folder')) });
  await assert.rejects(runTasks([broken], options()), /no folder/);
});
