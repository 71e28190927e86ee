import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plannedAttempts, seedOfAttempt, seedsText } from '../../../src/results/seeds.ts';

test('attempts go through the seeds, repeats of one beside each other', () => {
  const options = { seed: '9', seeds: 3, repeatEach: 2 };
  const seeds = Array.from({ length: plannedAttempts(options) }, (_, attempt) => seedOfAttempt(options, attempt));
  assert.deepEqual(seeds, ['9', '9', '10', '10', '11', '11']);
});

test('without several seeds every attempt, retries too, has the one there is', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.integer({ min: 1, max: 9 }), (attempt, repeatEach) => {
      assert.equal(seedOfAttempt({ seed: '5', repeatEach }, attempt), '5');
      assert.equal(seedOfAttempt({ repeatEach }, attempt), undefined);
      assert.equal(plannedAttempts({ repeatEach }), repeatEach);
    }),
  );
});

test('seeds beyond what a double holds are counted right', () => {
  assert.equal(seedOfAttempt({ seed: '18446744073709551613', seeds: 2, repeatEach: 1 }, 1), '18446744073709551614');
});

test('words are told with their seeds', () => {
  const words = [
    { word: 'crash', seeds: ['2'] },
    { word: 'passed', seeds: ['1', '3'] },
  ] as const;
  assert.equal(seedsText(words), 'crash with seed 2; passed with seeds 1, 3');
});
