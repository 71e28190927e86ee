import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BenchSample } from '../../../../src/model/xfrm-bench.ts';
import { costUs, emptyCostOf, median, pointOf } from '../../../../src/results/xfrm-bench/point.ts';

const sample = (kernelUs: number, laterUs: number): BenchSample => ({ kernelUs, laterUs, labUs: 2 * kernelUs });

test('a median is the middle value, whatever the order', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 7]), 6);
  assert.equal(median([4]), 4);
});

test('an empty operation says what measuring costs', () => {
  const empty = emptyCostOf([sample(60, 100), sample(50, 300), sample(70, 200)]);
  assert.deepEqual(empty, { kernelUs: 60, laterUs: 200, mostLaterUs: 300 });
  assert.deepEqual(emptyCostOf([]), { kernelUs: 0, laterUs: 0, mostLaterUs: 0 });
});

test('what came later counts where it is more than the unevenness of idle time', () => {
  const empty = { kernelUs: 60, laterUs: 200, mostLaterUs: 300 };
  assert.equal(costUs(sample(1060, 600), empty), 1000);
  assert.equal(costUs(sample(1060, 601), empty), 1401);
  assert.equal(costUs(sample(10, 100), empty), 0, 'nothing costs less than nothing');
});

test('a point has the median and the spread of its repeats, per unit', () => {
  const samples = [sample(1060, 0), sample(3060, 0), sample(1560, 0)];
  const found = pointOf({ count: 7, units: 1000, samples }, { kernelUs: 60, laterUs: 0, mostLaterUs: 0 });
  assert.deepEqual(found, { count: 7, units: 1000, samples, medianUs: 1.5, lowestUs: 1, highestUs: 3 });
});
