import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzSuites } from '../hostile/watch-worker.ts';

/** A drawn sample; all of it is `npm run fuzz:suites`. The machine of CI is busy: what hangs does so for longer. */
const limitMs = 60_000;

for (const [kind, count] of [
  ['suites', 8],
  ['archives', 40],
] as const) {
  test(`mutated ${kind} touch nothing outside, crash nothing and cost nothing else`, { timeout: 180_000 }, async () => {
    // Another sample each day, the same all day.
    const seed = 1_000_000 + 10_000 * Math.floor(Date.now() / 86_400_000 - 20_000);
    const { troubles, done } = await fuzzSuites({ kind, count, seed, limitMs });
    assert.deepEqual(troubles, []);
    assert.equal(done, count);
  });
}
