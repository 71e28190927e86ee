import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure, isSame, judgeOutcome, type Outcome, outcomeText } from '../../../src/session/bisect/failure.ts';

const major: Outcome = {
  word: 'major',
  issue: {
    kind: 'facts-different',
    word: 'major',
    host: 'west',
    file: 'west.console.txt',
    line: 12,
    command: 'ipsec up road',
    message: 'SA 0x1a2b3c4d is missing after 3 messages',
    excerpt: '@@ -3 +3 @@\n context\n-established 12\n+failed 12',
  },
};
const withIssue = (change: Partial<NonNullable<Outcome['issue']>>): Outcome =>
  ({ ...major, issue: { ...major.issue, ...change } }) as Outcome;

const pairs: readonly (readonly [string, Outcome, boolean])[] = [
  ['itself', major, true],
  ['another line of the file', withIssue({ line: 99 }), true],
  ['other numbers and SPIs', withIssue({ message: 'SA 0xffee0011 is missing after 12 messages' }), true],
  ['other text around the difference', withIssue({ excerpt: '@@ -9 +9 @@\n other\n-established 7\n+failed 7' }), true],
  ['another difference', withIssue({ excerpt: '@@ -3 +3 @@\n context\n-established 12\n+timed out 12' }), false],
  ['another kind', withIssue({ kind: 'golden-facts' }), false],
  ['another host', withIssue({ host: 'east' }), false],
  ['another command', withIssue({ command: 'ping -c 1 east' }), false],
  ['another message', withIssue({ message: 'SA 0x1a2b3c4d is doubled' }), false],
  ['another word', { ...major, word: 'minor' }, false],
  ['no issue', { word: 'major' }, false],
];
for (const [what, other, same] of pairs) {
  test(`a failure and one with ${what} are ${same ? 'the same' : 'two'}`, () => {
    assert.equal(isSame(major, other, 'issue'), same);
    assert.equal(isSame(major, other, 'word'), other.word === 'major');
  });
}

const passed: Outcome = { word: 'passed' };
const minor: Outcome = { word: 'minor', issue: { kind: 'output-different', word: 'minor', message: 'differs' } };
const judged: readonly (readonly [Outcome, Outcome, 'good' | 'bad' | 'skip'])[] = [
  [major, passed, 'bad'],
  [passed, passed, 'good'],
  [minor, passed, 'skip'],
  [minor, minor, 'good'],
  [passed, minor, 'good'],
  [{ word: 'unresolved' }, passed, 'skip'],
  [{ word: 'unsupported' }, passed, 'skip'],
  [withIssue({ kind: 'golden-facts' }), passed, 'skip'],
];
for (const [outcome, good, as] of judged) {
  test(`${outcome.word} (${outcome.issue?.kind}) is ${as} where the ends are major and ${good.word}`, () =>
    assert.equal(judgeOutcome(outcome, { bad: major, good, by: 'issue' }), as));
}

test('where every failure is bad, a good end that fails is told from it by its issue', () => {
  const as = (outcome: Outcome, good: Outcome) => judgeOutcome(outcome, { bad: major, good, by: 'any' });
  const crash: Outcome = { word: 'crash' };
  assert.deepEqual(
    [as(major, passed), as(crash, passed), as(minor, passed), as(passed, passed)],
    ['bad', 'bad', 'bad', 'good'],
  );
  assert.deepEqual([as(minor, minor), as(crash, minor), as(passed, minor)], ['good', 'bad', 'good']);
  assert.equal(as({ word: 'unresolved' }, passed), 'skip');
});

test('only what was tested fails', () => {
  const words = ['unresolved', 'unsupported', 'passed', 'minor', 'crash', 'nondeterminism'] as const;
  assert.deepEqual(
    words.filter((word) => isFailure({ word })),
    ['minor', 'crash', 'nondeterminism'],
  );
});

test('an outcome is a word with its first issue, in one line', () => {
  assert.equal(
    outcomeText(major),
    'major: west, west.console.txt:12, `ipsec up road`: SA 0x1a2b3c4d is missing after 3 messages',
  );
  assert.equal(outcomeText(passed), 'passed');
});
