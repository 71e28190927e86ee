import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unbroken } from '../../../src/farm/server/unbroken.ts';

const moments = (from: number, to: number): number[] => {
  return Array.from({ length: (to - from) / 2000 + 1 }, (_, at) => from + at * 2000);
};

test('a farm looks for lost jobs once it was well for as long as a worker may be silent', () => {
  const unbroken = new Unbroken(0);
  assert.deepEqual(
    moments(2000, 10_000).map((now) => unbroken.well(now)),
    [false, false, false, false, false],
  );
  assert.equal(unbroken.well(12_000), true);
  assert.equal(unbroken.well(17_000), true, 'one look that failed is no break');
  assert.equal(unbroken.well(22_001), false, 'but more are: the time begins anew');
  assert.equal(unbroken.well(26_000), false);
  assert.equal(unbroken.well(30_000), false);
  assert.equal(unbroken.well(34_001), true);
});
