import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { until } from '../../../../../src/base/deadline.ts';
import { Starvation, turnsOf } from '../../../../../src/lab/substrate/qemu/starvation.ts';

const second = 1e9;

/** Looks at threads by seconds that they had and seconds that they waited. */
function looked(...looks: readonly (readonly [had: number, waited: number])[]): number {
  const starvation = new Starvation();
  for (const [had, waited] of looks) starvation.look([{ thread: '1', had: had * second, waited: waited * second }]);
  return starvation.worst;
}

test('a thread that has a processor whenever it wants one is as fast as it can be', () => {
  assert.equal(looked([100, 5], [150, 5], [200, 5]), 1);
});

test('a thread that waits nine times as long as it runs is ten times slower', () => {
  assert.equal(looked([0, 0], [1, 9]), 10);
});

test('the worst stretch counts, not the mean of all', () => {
  assert.equal(looked([0, 0], [8, 0], [9, 19], [99, 19]), 20);
});

test('a wait that is short beside what daemons stand does not count', () => {
  assert.equal(looked([0, 0], [0, 7], [8, 7], [16, 7]), 15 / 8);
});

test('the slowest one of several threads counts', () => {
  const starvation = new Starvation();
  starvation.look([]);
  const threads = (had: number, waited: number): void =>
    starvation.look([
      { thread: '1', had: 8 * had * second, waited: 0 },
      { thread: '2', had: had * second, waited: waited * second },
    ]);
  threads(0, 0);
  threads(2, 6);
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
