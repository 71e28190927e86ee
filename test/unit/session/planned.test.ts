import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioResult } from '../../../src/model/results.ts';
import type { VerdictWord } from '../../../src/model/words.ts';
import { resultOf } from '../../../src/results/results.ts';
import { missingAttempts, retryOf } from '../../../src/session/planned.ts';

const entry = { suite: 's', name: 'a', status: 'good', hosts: [] };
const options = { substrate: 'none', overlay: [], retries: 0, repeatEach: 1 };

const there = (...numbers: readonly number[]) => numbers.map((attempt) => ({ attempt }));

for (const [title, change, judged, expected] of [
  ['none is there', {}, [], [0]],
  ['all are there', {}, [0], []],
  ['one of three repeats is there', { repeatEach: 3 }, [1], [0, 2]],
  ['seeds and repeats multiply', { repeatEach: 2, seeds: 2 }, [0], [1, 2, 3]],
  ['a retry is none of the planned ones', { repeatEach: 2 }, [0, 2], [1]],
] as const) {
  test(`missing attempts: ${title}`, () => {
    assert.deepEqual(missingAttempts(entry, { ...options, ...change }, there(...judged)), expected);
  });
}

test('a scenario that its listing judges needs no attempts', () => {
  assert.deepEqual(missingAttempts({ ...entry, unsupported: 'for a reason' }, options, []), []);
  assert.deepEqual(missingAttempts({ ...entry, broken: 'a file' }, options, []), []);
});

function result(...words: readonly VerdictWord[]): ScenarioResult {
  const judged = words.map((word, attempt) => {
    const issues = word === 'passed' ? [] : [{ kind: 'made', word, message: '' }];
    const verdict = { version: 2 as const, word, upstream: word, issues, adapted: [], passesOnlyAdapted: false };
    return { attempt, verdict };
  });
  return resultOf(entry, judged) ?? assert.fail('no result');
}

for (const [title, change, words, expected] of [
  ['what passed is not tried again', { retries: 3 }, ['passed'], undefined],
  ['nothing is tried again unless it is asked for', {}, ['major'], undefined],
  ['what failed is', { retries: 1 }, ['major'], 1],
  ['no more often than asked', { retries: 1 }, ['major', 'major'], undefined],
  ['behind all repeats', { retries: 1, repeatEach: 2 }, ['passed', 'minor'], 2],
  ['nondeterminism is not', { retries: 3 }, ['nondeterminism'], undefined],
] as const) {
  test(`retries: ${title}`, () => {
    assert.equal(retryOf(entry, { ...options, ...change }, result(...words)), expected);
  });
}
