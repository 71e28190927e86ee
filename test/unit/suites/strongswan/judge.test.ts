import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Issue, packetWords } from '../../../../src/model/verdict.ts';
import { strongswanFormat } from '../../../../src/suites/strongswan/format.ts';
import {
  type CheckEvidence,
  type CheckedAttempt,
  holds,
  judgeEvaltest,
} from '../../../../src/suites/strongswan/judge.ts';

const packets = Object.fromEntries(packetWords.map((word) => [word, 0])) as Record<
  (typeof packetWords)[number],
  number
>;
const facts: CheckedAttempt['facts'] = { summary: { pairs: 0, packets, halfOpen: [] }, issues: [] };

const check: CheckEvidence = {
  step: 0,
  host: 'moon',
  command: 'ipsec status',
  file: 'evaltest.dat',
  line: 3,
  pattern: 'ESTABLISHED',
  hit: 'YES',
  weight: 'major',
  output: 'one\ntwo\n',
  errors: '',
  found: { lines: [] },
};

function judged(...changes: readonly Partial<CheckEvidence>[]) {
  const checks = changes.map((change) => ({ ...check, ...change }));
  return judgeEvaltest({ end: { word: 'completed' }, checks, logs: [], issues: [], facts });
}

/** The driver counts by `wc -l` on what echo prints: one line where there is none. */
const counts: readonly (readonly [hit: CheckEvidence['hit'], lines: readonly string[], holds: boolean])[] = [
  ['YES', ['x'], true],
  ['YES', [], false],
  ['NO', [], true],
  ['NO', ['x'], false],
  ['never', [], true],
  ['never', ['x'], true],
  [1, [], true],
  [1, ['x'], true],
  [1, ['x', 'y'], false],
  [0, [], false],
  [2, ['x', 'y'], true],
  [2, ['x', 'y', ''], true],
  [2, ['x'], false],
];

for (const [hit, lines, expected] of counts) {
  test(`${hit} ${expected ? 'holds' : 'fails'} where ${JSON.stringify(lines)} match`, () => {
    assert.equal(holds({ hit }, lines), expected);
  });
}

test('an attempt whose checks hold passes', () => {
  assert.equal(judged({ found: { lines: ['a'] } }, { hit: 'NO' }).word, 'passed');
});

test('a check that fails tells where it stands, what was looked for and what was received', () => {
  const { word, upstream, issues } = judged({ errors: 'no such file\n' });
  assert.deepEqual([word, upstream], ['major', 'failed']);
  assert.deepEqual(issues, [
    {
      kind: 'check-tunnel',
      word: 'major',
      host: 'moon',
      command: 'ipsec status',
      file: 'evaltest.dat',
      line: 3,
      message: 'nothing matches ESTABLISHED',
      excerpt: '+one\n+two\n+stderr: no such file',
    },
  ]);
});

test('a check of words is minor, and one whose pattern grep cannot read leaves the attempt unresolved', () => {
  assert.equal(judged({ weight: 'minor' }).word, 'minor');
  assert.equal(judged({ found: { problem: 'grep: Unmatched [' } }).word, 'unresolved');
});

test('commands that never came to their end are told by the end of the lab, not by their checks', () => {
  const unfinished = { ...check, output: undefined };
  const end = { word: 'timeout', host: 'moon', step: 0 } as const;
  const verdict = judgeEvaltest({ end, command: 'ipsec up', checks: [unfinished], logs: [], issues: [], facts });
  assert.deepEqual(
    verdict.issues.map(({ kind, command }) => [kind, command]),
    [['TIMEOUT', 'ipsec up']],
  );
});

test('commands that never came to their end in a lab that did leave the attempt unresolved, whatever their checks wanted', () => {
  for (const hit of ['YES', 'NO', 2, 'never'] as const) {
    const { word, issues } = judged({ hit, output: undefined });
    assert.deepEqual([word, issues.map(({ kind, line }) => [kind, line])], ['unresolved', [['output-truncated', 3]]]);
  }
});

test('a daemon that crashed is told by its log', () => {
  const text = 'a\nb moon charon: 09[DMN] thread 9 received 11\nc\n';
  const logs = [{ host: 'moon', file: 'files/moon/var/log/daemon.log', text }];
  const { word, issues } = judgeEvaltest({ end: { word: 'completed' }, checks: [], logs, issues: [], facts });
  assert.deepEqual([word, issues[0]?.line], ['crash', 2]);
});

test('the suite’s judge knows what its own daemons say when they crash, and not what others do', async () => {
  const stored = { checks: [], steps: [] } as unknown as Parameters<NonNullable<typeof strongswanFormat.knows>>[0];
  const known = (text: string): Promise<boolean> | undefined => {
    const file = 'files/moon/var/log/daemon.log';
    return strongswanFormat.knows?.(
      stored,
      { kind: 'daemon-fatal', host: 'moon', file, line: 1, text, message: '' },
      {} as never,
    );
  };
  assert.equal(await known('b moon charon: 09[DMN] thread 9 received 11'), true);
  assert.equal(await known('b moon iked[7]: lost child: ikev2 terminated; signal 11'), false);
});

test('a packet without an SA tells nothing where IPsec lives in the daemon', () => {
  const unknown = (host: string): Issue => ({ kind: 'unknown-sa', word: 'major', host, message: 'no SA' });
  const text = '00[LIB] loaded plugins: charon nonce kernel-libipsec kernel-netlink vici\n';
  const logs = [{ host: 'moon', file: 'files/moon/var/log/daemon.log', text }];
  const found = { ...facts, issues: [unknown('moon'), unknown('sun')] };
  const { issues } = judgeEvaltest({ end: { word: 'completed' }, checks: [], logs, issues: [], facts: found });
  assert.deepEqual(
    issues.map(({ host }) => host),
    ['sun'],
  );
});
