import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PastResult } from '../../../src/model/past-results.ts';
import type { VerdictWord } from '../../../src/model/words.ts';
import { testHistory } from '../../../src/results/history.ts';

function past(run: string, word: VerdictWord, kernel = 'k1'): PastResult {
  const inputs = { kernel: { id: kernel, sha256: kernel }, images: {}, suite: { id: 's', sha256: 's' }, versions: {} };
  const of = { id: run, started: run, espalier: '0', command: '', scenarios: 1, complete: true };
  return {
    run: of,
    suite: 's',
    name: 'n',
    word,
    upstream: word,
    expected: true,
    adapted: false,
    categories: [],
    attempts: 1,
    inputs,
  };
}

const letters: Readonly<Record<string, VerdictWord>> = {
  '.': 'passed',
  m: 'minor',
  M: 'major',
  '?': 'unresolved',
  s: 'unsupported',
};

const cases: readonly (readonly [
  words: string,
  flips: number,
  firstBad: number | undefined,
  lastGood: number | undefined,
])[] = [
  ['', 0, undefined, undefined],
  ['..', 0, undefined, undefined],
  ['.m', 1, 1, 0],
  ['.mM', 1, 1, 0],
  ['.m.', 2, undefined, undefined],
  ['mm', 0, 0, undefined],
  ['.?m', 1, 2, 0],
  ['.?.', 0, undefined, undefined],
  ['s.m', 1, 2, 1],
  ['sm', 0, 1, undefined],
  ['.m?', 1, 1, 0],
];

test('flips, the first bad run and the last good one follow from the words alone', () => {
  for (const [words, flips, firstBad, lastGood] of cases) {
    const history = testHistory([...words].map((letter, at) => past(String(at), letters[letter] ?? 'passed')));
    const told = { flips: history.flips, firstBad: history.firstBad, lastGood: history.lastGood };
    assert.deepEqual(told, { flips, firstBad: firstBad?.toString(), lastGood: lastGood?.toString() }, words);
  }
});

test('results that say nothing of the test change nothing', () => {
  const words = fc.array(fc.constantFrom<VerdictWord>('passed', 'minor', 'major', 'unresolved', 'unsupported'));
  fc.assert(
    fc.property(words, (all) => {
      const results = all.map((word, at) => past(String(at), word));
      const { points: _, ...whole } = testHistory(results);
      const telling = results.filter(({ word }) => word !== 'unresolved' && word !== 'unsupported');
      const { points: __, ...part } = testHistory(telling);
      assert.deepEqual(
        { flips: whole.flips, firstBad: whole.firstBad, lastGood: whole.lastGood },
        { flips: part.flips, firstBad: part.firstBad, lastGood: part.lastGood },
      );
    }),
  );
});

test('what was new in a run stands beside its word', () => {
  const { points } = testHistory([past('0', 'passed'), past('1', 'minor', 'k2')]);
  assert.deepEqual(
    points.map(({ change, world }) => ({ change, world })),
    [
      { change: undefined, world: [] },
      { change: 'newly failing', world: [{ what: 'kernel', before: 'k1', now: 'k2' }] },
    ],
  );
});
