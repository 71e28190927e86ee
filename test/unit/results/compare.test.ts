import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioResult } from '../../../src/model/results.ts';
import type { VerdictWord } from '../../../src/model/words.ts';
import { compareRuns, isNoWorse } from '../../../src/results/compare.ts';

function result(word: VerdictWord, virtualMs: number, wallMs = 1): ScenarioResult {
  const time = { started: '', wallMs, bootMs: 1, labCpuMs: 1, virtualNs: String(virtualMs * 1_000_000) };
  const attempts = [{ attempt: 0, word, time }];
  const rest = { adapted: [], passesOnlyAdapted: false, issues: [], expected: true, upstream: word };
  return { suite: 's', name: 'n', status: 'good', hosts: [], word, attempts, ...rest };
}

const slower = { measure: 'virtual', ratio: 1.5, leastMs: 1000 } as const;

test('a test is slower by its ratio and at least a second, and only with the same word', () => {
  const cases = [
    [result('passed', 4000), result('passed', 6000), true],
    [result('passed', 4000), result('passed', 5999), false],
    [result('passed', 100), result('passed', 1000), false],
    [result('passed', 4000), result('minor', 9000), false],
    [result('passed', 4000, 1), result('passed', 4000, 9000), false],
  ] as const;
  for (const [before, now, expected] of cases) {
    const found = compareRuns({ run: 'a', results: [before] }, { run: 'b', results: [now] }, slower).slower;
    assert.equal(found.length === 1, expected, JSON.stringify([before.attempts, now.attempts]));
  }
});

test('the clock of a lab without virtual time is not compared, wall time is', () => {
  const lacking = (one: ScenarioResult): ScenarioResult => ({
    ...one,
    attempts: one.attempts.map((attempt) => ({ ...attempt, lacks: ['virtualTime'] })),
  });
  const [before, now] = [result('passed', 4000, 4000), result('passed', 9000, 9000)];
  const slowerIn = (a: ScenarioResult, b: ScenarioResult, measure: 'virtual' | 'wall'): number =>
    compareRuns({ run: 'a', results: [a] }, { run: 'b', results: [b] }, { ...slower, measure }).slower.length;
  assert.equal(slowerIn(before, now, 'virtual'), 1);
  assert.equal(slowerIn(lacking(before), now, 'virtual'), 0);
  assert.equal(slowerIn(before, lacking(now), 'virtual'), 0);
  assert.equal(slowerIn(lacking(before), lacking(now), 'wall'), 1);
});

test('worse is what fails newly or in another way', () => {
  const words: readonly (readonly [VerdictWord, VerdictWord, boolean])[] = [
    ['passed', 'passed', true],
    ['passed', 'minor', false],
    ['minor', 'major', false],
    ['minor', 'passed', true],
    ['minor', 'minor', true],
    ['unsupported', 'passed', true],
    ['minor', 'unsupported', true],
    ['passed', 'unsupported', false],
    ['unsupported', 'minor', false],
  ];
  for (const [before, now, expected] of words) {
    const runs = [before, now].map((word) => ({ run: word, results: [result(word, 1)] }));
    const [a, b] = runs;
    if (a && b) assert.equal(isNoWorse(compareRuns(a, b, slower)), expected, `${before} ${now}`);
  }
});
