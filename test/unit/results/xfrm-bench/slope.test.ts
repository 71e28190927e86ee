import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logLogSlope, slopeOf } from '../../../../src/results/xfrm-bench/slope.ts';
import { point } from './made-bench.ts';

test('the slope of a power is its exponent', () => {
  const exponent = fc.double({ min: -2, max: 3, noNaN: true });
  fc.assert(
    fc.property(exponent, fc.double({ min: 0.01, max: 100, noNaN: true }), (b, a) => {
      const slope = logLogSlope([1, 10, 1000, 20_000].map((x) => [x, a * x ** b] as const)) ?? Number.NaN;
      assert.ok(Math.abs(slope - b) < 1e-9, `${slope} for ${b}`);
    }),
  );
});

test('one count has no slope', () => {
  assert.equal(logLogSlope([[10, 5]]), undefined);
  assert.equal(
    logLogSlope([
      [10, 5],
      [10, 6],
    ]),
    undefined,
  );
  assert.equal(
    logLogSlope([
      [10, 5],
      [100, 0],
    ]),
    undefined,
    'nothing has no logarithm',
  );
  assert.deepEqual(slopeOf('entry', [point(10, 1), point(1000, 1)]), {});
});

/** Kind, µs per unit at 1000, 10,000 and 100,000 entries with a spread in percent, and the flag. */
const curves = {
  'an equal cost per entry is linear': ['entry', [2, 2, 2], 5, undefined],
  'a cost per entry that grows with the table is superlinear': ['entry', [2, 20, 200], 5, 'superlinear'],
  'n log n is not flagged': ['entry', [1, 1.2, 1.4], 2, undefined],
  'only the last step grows': ['entry', [2, 2, 5], 5, 'superlinear'],
  'growth within the spread is none': ['entry', [2, 2.4, 2.9], 30, undefined],
  'packets that always cost the same': ['packet', [5, 5.1, 5.2], 2, undefined],
  'packets that walk a list': ['packet', [5, 20, 200], 2, 'grows'],
} as const;

for (const [title, [per, costs, percent, flag]] of Object.entries(curves)) {
  test(title, () => {
    const points = costs.map((us, index) => point(1000 * 10 ** index, us, percent));
    assert.equal(slopeOf(per, points).flag, flag);
  });
}

test('for entries the slope is that of all of them together, for packets that of one', () => {
  const points = [point(1000, 2), point(10_000, 20)];
  assert.ok(Math.abs((slopeOf('entry', points).slope?.all ?? 0) - 2) < 1e-9);
  assert.ok(Math.abs((slopeOf('packet', points).slope?.all ?? 0) - 1) < 1e-9);
});

test('small counts do not bend a slope, unless there are no others', () => {
  const small = [point(1, 1000), point(10, 100), point(100, 50)];
  const large = [point(1000, 2), point(10_000, 2)];
  assert.ok(Math.abs((slopeOf('entry', [...small, ...large]).slope?.all ?? 0) - 1) < 1e-9);
  assert.ok(Math.abs((slopeOf('entry', [...small, point(1000, 50)]).slope?.all ?? 0) - 1) < 1e-9);
});
