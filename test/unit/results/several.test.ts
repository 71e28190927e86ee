import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VerdictWord } from '../../../src/model/words.ts';
import { compareSeveral } from '../../../src/results/several.ts';
import { madeResult } from '../report/made-results.ts';

function run(name: string, words: Readonly<Record<string, VerdictWord>>) {
  const results = Object.entries(words).map(([test, word]) =>
    madeResult({ name: test, word, ...(word === 'crash' && { issues: [{ kind: 'CORE', word, message: 'm' }] }) }),
  );
  return { run: name, results };
}

test('tests with different verdicts are listed with one per run, a hole where a run lacks the test', () => {
  const found = compareSeveral([
    run('1', { a: 'passed', b: 'minor', c: 'passed' }),
    run('2', { a: 'passed', b: 'minor', d: 'passed' }),
    run('3', { a: 'crash', b: 'minor', d: 'minor' }),
  ]);
  assert.equal(found.common, 2);
  assert.deepEqual(found.tests, [
    { test: 'made:a', words: ['passed', 'passed', 'crash'] },
    { test: 'made:d', words: [null, 'passed', 'minor'] },
  ]);
  assert.deepEqual(found.runs[2], {
    run: '3',
    words: [
      ['crash', 1],
      ['minor', 2],
    ],
    passedAdapted: 0,
    categories: [['core', 1]],
  });
});
