import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareCounts, type ReferenceCounts } from '../../../tools/bench/counts.ts';

const reference: ReferenceCounts = { host: '6.18', labs: { 's:a': { handOvers: 1000, pageFaults: 2000 } } };

function compared(handOvers: number, pageFaults: number, host = '6.18') {
  return compareCounts(reference, { host, labs: { 's:a': { handOvers, pageFaults } } });
}

test('a count that grew by more than 5 % is a regression, with both numbers', () => {
  assert.deepEqual(compared(1050, 2100), { worse: [], better: [], left: [] });
  assert.deepEqual(compared(1051, 2000).worse, ['s:a: 1051 hand-overs, +5.1 % (1000)']);
  assert.deepEqual(compared(1000, 2110).worse, ['s:a: 2110 page faults, +5.5 % (2000)']);
});

test('one that fell by as much is said, and is none', () => {
  assert.deepEqual(compared(900, 2000), { worse: [], better: ['s:a: 900 hand-overs, -10.0 % (1000)'], left: [] });
});

test('a count of nothing is no gain', () => {
  assert.deepEqual(compared(0, 2000).worse, ['s:a: 0 hand-overs, -100.0 % (1000)']);
});

test('page faults are compared on one host kernel only, hand-overs everywhere', () => {
  assert.deepEqual(compared(2000, 4000, '6.1'), {
    worse: ['s:a: 2000 hand-overs, +100.0 % (1000)'],
    better: [],
    left: ['page faults: counted on Linux 6.18, and this is 6.1'],
  });
});

test('a lab that was not counted, or has no reference, is not passed over', () => {
  const other = { host: '6.18', labs: { 's:b': { handOvers: 1, pageFaults: 1 } } };
  assert.deepEqual(compareCounts(reference, other).worse, ['s:a: was not counted', 's:b: the reference has no counts']);
});
