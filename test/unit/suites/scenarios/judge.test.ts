import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, KernelLack, Matcher } from '../../../../src/model/checks.ts';
import { type PacketWord, packetWords } from '../../../../src/model/verdict.ts';
import type { VerdictWord } from '../../../../src/model/words.ts';
import { judgeScenario, type ScenarioEvidence } from '../../../../src/suites/scenarios/judge.ts';

const packets = Object.fromEntries(packetWords.map((word) => [word, 0])) as Record<PacketWord, number>;
const facts = { summary: { pairs: 0, packets, halfOpen: [] }, issues: [] };

function check(matcher: Matcher, change: Partial<Check> = {}): Check {
  const origin = { file: 'a.scenario.ts', line: 7 };
  const base = { matcher, host: 'west', expected: 'this', received: 'that', time: '9', waited: '0', origin };
  return { ...base, passed: false, ...change };
}

function judged(evidence: Partial<ScenarioEvidence>) {
  return judgeScenario({ checks: [], end: { word: 'completed' }, issues: [], facts, ...evidence });
}

const words: readonly (readonly [Check, VerdictWord])[] = [
  [check('toHaveIkeSas'), 'major'],
  [check('toHaveIpsecSas'), 'major'],
  [check('toReach'), 'major'],
  [check('toHaveSentInClear'), 'major'],
  [check('toHaveLogged'), 'major'],
  [check('toHaveSentInClear', { expected: 'not packets in clear' }), 'leak'],
  [check('toMatchTranscript'), 'minor'],
  [check('toHaveSa'), 'major'],
  [check('toConnect'), 'major'],
  [check('toHaveLoggedInOrder'), 'major'],
  [check('toHaveXfrmCounter'), 'major'],
  [check('toHaveDied', { expected: 'not the daemon to have died' }), 'major'],
  [check('value'), 'major'],
  [check('value', { word: 'minor' }), 'minor'],
  [check('value', { word: 'leak' }), 'leak'],
  [check('value', { word: 'crash' }), 'crash'],
  [check('value', { word: 'crash', passed: true }), 'passed'],
  [check('toReach', { passed: true }), 'passed'],
];

for (const [one, word] of words) {
  test(`${one.matcher} of ${one.expected}${one.passed ? ' that held' : ''} is ${word}`, () => {
    assert.equal(judged({ checks: [one] }).word, word);
  });
}

test('a failed check says place, both sides and how long it waited', () => {
  const { issues } = judged({ checks: [check('toHaveIpsecSas', { waited: '60000000000' })] });
  assert.deepEqual(issues, [
    {
      kind: 'check-sas',
      word: 'major',
      host: 'west',
      file: 'a.scenario.ts',
      line: 7,
      message: 'expected this, received that after 60.0 s',
    },
  ]);
});

test('a transcript that differs shows its first difference', () => {
  const golden = { file: 'west.txt', expected: 'west# id\nroot\n', received: 'west# id\nnobody\n' };
  const [issue] = judged({ checks: [check('toMatchTranscript', { golden })] }).issues;
  assert.equal(issue?.excerpt, ' west# id\n-root\n+nobody');
});

test('a scenario that could not go on is unresolved, with its place and the words of what failed', () => {
  const origin = { file: 'a.scenario.ts', line: 3 };
  const { word, issues } = judged({
    fault: { message: 'did not succeed', origin, host: 'west', command: 'ipsec up', output: 'no' },
  });
  assert.equal(word, 'unresolved');
  assert.deepEqual(issues, [
    {
      kind: 'scenario-fault',
      word: 'unresolved',
      host: 'west',
      file: 'a.scenario.ts',
      line: 3,
      command: 'ipsec up',
      message: 'did not succeed',
      excerpt: 'no',
    },
  ]);
});

test('the end of the lab weighs more than the checks that it left out', () => {
  const end = { word: 'timeout', host: 'west', detail: 'timeout sleep 999' } as const;
  assert.deepEqual(
    judged({ end, command: 'sleep 999', checks: [check('toReach')] }).issues.map(({ kind, word }) => [kind, word]),
    [
      ['TIMEOUT', 'timeout'],
      ['check-reach', 'major'],
    ],
  );
});

test('a check of a value that belongs to no host has no host in its issue', () => {
  const [issue] = judged({ checks: [check('value', { host: '', word: 'minor' })] }).issues;
  assert.deepEqual(issue, {
    kind: 'check-custom',
    word: 'minor',
    file: 'a.scenario.ts',
    line: 7,
    message: 'expected this, received that',
  });
});

const lacks: KernelLack = {
  ...{ feature: 'IP-TFS', since: '6.14', release: '6.12.117', answer: 'EINVAL', host: 'west' },
  origin: { file: 'a.scenario.ts', line: 3 },
};

test('what an older kernel refuses is unsupported, with its answer', () => {
  const { word, upstream, issues } = judged({ lacks });
  const message = 'needs IP-TFS, which Linux has since 6.14; this kernel, 6.12.117, refuses it (EINVAL)';
  const place = { host: 'west', file: 'a.scenario.ts', line: 3 };
  assert.deepEqual([word, upstream], ['unsupported', 'unsupported']);
  assert.deepEqual(issues, [{ kind: 'kernel-lacks', word: 'unsupported', ...place, message }]);
});

test('an older kernel excuses nothing else: a failed check, a fault of the kernel and lost evidence keep their words', () => {
  const issues = [{ kind: 'kernel-fault', word: 'crash', message: 'BUG' }] as const;
  const gap = [{ kind: 'evidence-lost', word: 'unresolved', message: 'frames' }] as const;
  assert.equal(judged({ lacks, checks: [check('value')] }).word, 'major');
  assert.equal(judged({ lacks, facts: { ...facts, issues } }).word, 'crash');
  assert.equal(judged({ lacks, issues: gap }).word, 'unresolved');
  assert.equal(judged({ lacks, fault: { message: 'its question threw' } }).word, 'unresolved');
  assert.equal(judged({ lacks, end: { word: 'panic' } }).word, 'crash');
});
