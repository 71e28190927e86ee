import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactFindings } from '../../../../src/judge/oracles/judge-facts.ts';
import { issueOf } from '../../../../src/model/issue-kinds.ts';
import { judgeProgram, type Program, type ProgramRun } from '../../../../src/suites/kernel/judge.ts';
import { countSubtests } from '../../../../src/suites/kernel/subtests.ts';

const program: Program = { host: 'box', command: './a.sh', file: 'net/a.sh', timeout: 45, missingOptions: [] };
const facts = {
  issues: [],
  tolerated: [],
  summary: { pairs: 0, packets: {}, halfOpen: [] },
} as unknown as FactFindings;

function judged(status: number | undefined, output: string, change: Partial<ProgramRun> = {}) {
  const counted = countSubtests(output);
  return judgeProgram({ program, end: { word: 'completed' }, issues: [], facts, status, output, counted, ...change });
}

type Row = readonly [title: string, status: number, output: string, word: string, message?: RegExp];

const rows: readonly Row[] = [
  ['nothing that can be counted and 0', 0, 'done\n', 'passed'],
  ['all well', 0, 'ok 1 a\nok 2 b # SKIP no c\n', 'passed'],
  [
    'a failed subtest, although 0',
    0,
    'TEST: a [ OK ]\nTEST: b [FAIL]\n',
    'major',
    /^b, although the program ended with 0$/,
  ],
  ['a failed subtest', 1, 'FAIL: b\n', 'major', /^b$/],
  ['fewer results than planned, although 0', 0, '1..3\nok 1 a\n', 'major', /announces 2 more results/],
  [
    'only skipped subtests and 0',
    0,
    'ok 1 a # SKIP none\n',
    'unsupported',
    /all its subtests were skipped: ok 1 a # SKIP none/,
  ],
  ['skipped', 4, 'SKIP: need iperf3\n', 'unsupported', /^SKIP: need iperf3$/],
  ['skipped without a word', 4, '', 'unsupported', /does not say why/],
  ['skipped after a failure', 4, 'FAIL: a\nSKIP: b\n', 'major', /^a$/],
  ['an expected failure', 2, 'XFAIL: a\n', 'passed'],
  ["2 as a program's own status", 2, 'RTNETLINK answers: busy\n', 'major', /ended with 2, and no subtest says why/],
  ['an unexpected success', 3, 'PASS: a\n', 'major', /ended with 3/],
  ['127', 127, 'a.sh: line 3: iperf3: command not found\n', 'major', /ended with 127/],
  ['out of time', 124, 'PASS: a\n', 'timeout', /not done after 45 s \(settings\); 1 subtests had a result/],
  ['out of time and killed', 137, '', 'timeout', /not done/],
];

for (const [title, status, output, word, message] of rows) {
  test(`a program: ${title} is ${word}`, () => {
    const verdict = judged(status, output);
    assert.equal(verdict.word, word);
    if (message === undefined) assert.deepEqual(verdict.issues, []);
    else assert.match(verdict.issues[0]?.message ?? '', message);
  });
}

test('a lab that ended early says how, and what failed before', () => {
  const end = { word: 'livelock', detail: '60 s of CPU without a byte' } as const;
  const verdict = judged(undefined, 'FAIL: a\n', { end });
  assert.deepEqual([verdict.word, verdict.issues[0]?.kind], ['livelock', 'livelock']);
});

test('a report of the kernel is a crash, whatever the program says; half-open SAs of one host are nothing', () => {
  const found = [
    issueOf('kernel-fault', { message: 'the kernel reports: BUG: KASAN' }),
    issueOf('half-open', { message: 'one host alone has an SA' }),
  ];
  const verdict = judged(0, 'PASS: a\n', { facts: { ...facts, issues: found } });
  assert.deepEqual([verdict.word, verdict.issues.map(({ kind }) => kind)], ['crash', ['kernel-fault']]);
});

test('a helper that does not compile makes its test unsupported, with the line of the compiler', () => {
  const lacks = { helper: 'tls', why: 'tls.c:3: fatal error: linux/tls.h: No such file or directory' };
  const verdict = judged(undefined, '', { program: { ...program, lacks } });
  assert.deepEqual([verdict.word, verdict.issues[0]?.excerpt], ['unsupported', lacks.why]);
});

test('options that the kernel lacks are named where a test fails or skips', () => {
  const missingOptions = ['CONFIG_A', 'CONFIG_B', 'CONFIG_C', 'CONFIG_D', 'CONFIG_E', 'CONFIG_F', 'CONFIG_G'];
  const verdict = judged(1, 'FAIL: a\n', { program: { ...program, missingOptions } });
  assert.match(
    verdict.issues[0]?.message ?? '',
    /^a \(the kernel lacks CONFIG_A, .*CONFIG_F and 1 more of the tree's config\)$/,
  );
});

test('many failed subtests are listed as far as a person reads, and counted', () => {
  const { issues } = judged(1, Array.from({ length: 30 }, (_, at) => `FAIL: ${at}\n`).join(''));
  assert.equal(issues.length, 21);
  assert.equal(issues.at(-1)?.message, '10 more failed subtests');
});
