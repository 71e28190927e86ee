import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { until } from '../../../../../src/base/deadline.ts';
import { Starvation, turnsOf } from '../../../../../src/lab/substrate/qemu/starvation.ts';

const second = 1e9;

interface Look {
  readonly had: number;
  readonly waited: number;
  /** How often it got a processor. */
  readonly count?: number;
  /** Time that has passed, s; left out: as long as it had or waited. */
  readonly at?: number;
}

/** Looks at a thread several times; times in s. */
function looked(...looks: readonly Look[]): number {
  const starvation = new Starvation();
  for (const { had, waited, count = 1, at = had + waited } of looks) {
    starvation.look([{ thread: '1', had: had * second, waited: waited * second, count }], at * second);
  }
  return starvation.worst;
}

const begin = { had: 0, waited: 0, count: 0 };

test('a thread that has a processor whenever it wants one is as fast as it can be', () => {
  assert.equal(looked({ had: 100, waited: 5 }, { had: 150, waited: 5 }, { had: 200, waited: 5 }), 1);
});

test('a thread that waits nine times as long as it runs is ten times slower', () => {
  assert.equal(looked(begin, { had: 2, waited: 18 }), 10);
});

test('the worst stretch counts, not the mean of all', () => {
  const looks = [begin, { had: 16, waited: 0 }, { had: 17, waited: 39 }, { had: 117, waited: 39 }];
  assert.equal(looked(...looks), 40);
});

test('a stretch in which no message is late does not count', () => {
  assert.equal(looked(begin, { had: 0, waited: 15 }, { had: 16, waited: 15 }), 31 / 16);
});

test('a thread that wakes often and does little is not slow, however long it waited in all', () => {
  assert.equal(looked(begin, { had: 0.1, waited: 18, count: 5000 }), 1);
  assert.equal(looked(begin, { had: 0.5, waited: 19.5, count: 500 }), 40);
});

test('a count that jumps is no wait, nor is that of another thread of the same number', () => {
  assert.equal(looked(begin, { had: 0.1, waited: 18, at: 0.5 }, { had: 0.2, waited: 18, at: 1 }), 1);
  assert.equal(looked({ had: 30, waited: 0 }, { had: 0.1, waited: 50, at: 100 }, { had: 0.2, waited: 50, at: 101 }), 1);
});

test('the slowest one of several threads counts', () => {
  const starvation = new Starvation();
  starvation.look([], 0);
  const threads = (had: number, waited: number): void =>
    starvation.look(
      [
        { thread: '1', had: 4 * had * second, waited: 0, count: 1 },
        { thread: '2', had: had * second, waited: waited * second, count: 1 },
      ],
      (had + waited) * second,
    );
  threads(0, 0);
  threads(4, 12);
  assert.equal(starvation.worst, 4);
});

test('times of threads are read from the kernel', async () => {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    const sum = (what: 'had' | 'waited'): number =>
      turnsOf(busy.pid ?? 0).reduce((total, turn) => total + turn[what], 0);
    await until(() => sum('had') > 2e8, { what: 'a busy process to have run', timeoutMs: 60_000 });
    assert.ok(sum('waited') >= 0);
  } finally {
    busy.kill('SIGKILL');
  }
  await until(() => turnsOf(busy.pid ?? 0).length === 0, { what: 'it to be gone', timeoutMs: 10_000 });
});
