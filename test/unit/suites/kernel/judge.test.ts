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
  return judgeProgram({
    program,
    end: { word: 'completed' },
    issues: [],
    facts,
    status,
    output,
    counted,
    ended: [],
    ...change,
  });
}

test('a program without an end in a lab that came to its own proves nothing', () => {
  const { word, issues } = judged(undefined, 'ok 1 a\n');
  assert.deepEqual([word, issues.map(({ kind }) => kind)], ['unresolved', ['output-truncated']]);
  const cut = judged(undefined, '', { end: { word: 'panic' } });
  assert.deepEqual([cut.word, cut.issues.map(({ kind }) => kind)], ['crash', ['panic']]);
});

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
  ['only skipped subtests and 0', 0, 'ok 1 a # SKIP none\n', 'unsupported', /^it skipped all: ok 1 a # SKIP none$/],
  [
    'all well without a program that it called',
    0,
    'exec of "arp" failed: No such file or directory\nTEST: a [ OK ]\n',
    'unsupported',
    /^it calls what its host does not have: arp$/,
  ],
  [
    'the same by the shell and by timeout(1), each program once',
    0,
    './a.sh: line 3: pv: command not found\n./a.sh: line 9: pv: command not found\ntimeout: failed to run command ‘nft’: No such file or directory\nok\n',
    'unsupported',
    /: pv, nft$/,
  ],
  [
    'the same by dash, env(1) and a line for bash',
    0,
    './a.sh: 12: arp: not found\nenv: ‘pv’: No such file or directory\nbash: nft: command not found\nok\n',
    'unsupported',
    /: arp, pv, nft$/,
  ],
  ['a failed subtest for want of a program', 1, './a.sh: line 3: pv: command not found\nFAIL: b\n', 'major', /^b$/],
  ['a file that is not there', 0, 'cat: /proc/x: No such file or directory\nok 1 a\n', 'passed'],
  ['skipped', 4, 'SKIP: need iperf3\n', 'unsupported', /^SKIP: need iperf3$/],
  ['skipped without a word', 4, '', 'unsupported', /does not say why/],
  ['skipped after a failure', 4, 'FAIL: a\nSKIP: b\n', 'major', /^a$/],
  ['an expected failure', 2, 'PASS: a\nXFAIL: b\n', 'passed'],
  [
    'nothing but expected failures',
    2,
    'XFAIL: a\n',
    'unsupported',
    /^no subtest passed, and some failed .*: XFAIL: a$/,
  ],
  ['nothing but expected failures and 0', 0, 'XFAIL: a\nSKIP: b\n', 'unsupported', /: SKIP: b$/],
  ['no subtest, and a line that says that it skips, and 0', 0, 'SKIP: no a\n', 'unsupported', /^it skipped all: SKIP/],
  [
    'no subtest on devices without hardware, and 0',
    0,
    'INFO: Could not test offloaded functionality\n',
    'unsupported',
    /^it skipped all: INFO: Could not test offloaded functionality$/,
  ],
  [
    'subtests in software on devices without hardware',
    0,
    'TEST: a [ OK ]\nINFO: Could not test offloaded functionality\n',
    'passed',
  ],
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

const signals = { abort: 6, segv: 11 } as const;
const died = (program: string, signal: string) =>
  issueOf('died', { host: 'box', message: `${program} (process 41) died of ${signal}, core dumped, at +1.000000 s` });
const asserted = (test: string): string =>
  `# tls.c:53:${test}:Expected 0 (0) == ret (-1)\n# ${test}: Test terminated by assertion\nnot ok 1 ${test}\n`;

type HarnessRow = readonly [
  title: string,
  output: string,
  deaths: readonly (readonly [program: string, signal: keyof typeof signals, parent?: number])[],
  word: string,
];

/** Of the first process that died; the others follow. */
const firstPid = 41;

const harnessRows: readonly HarnessRow[] = [
  ['ended by its assertion', asserted('global.a'), [['tls', 'abort']], 'major'],
  [
    'two ended so',
    asserted('global.a') + asserted('global.b'),
    [
      ['tls', 'abort'],
      ['tls', 'abort'],
    ],
    'major',
  ],
  [
    'one more than assertions',
    asserted('global.a'),
    [
      ['tls', 'abort'],
      ['tls', 'abort'],
    ],
    'crash',
  ],
  [
    'ended by its assertion in the child that runs the fixture',
    asserted('global.a'),
    [
      ['tls', 'abort', firstPid + 1],
      ['tls', 'abort'],
    ],
    'major',
  ],
  [
    'a parent that dies of a signal that its child did not die of',
    asserted('global.a'),
    [
      ['tls', 'segv', firstPid + 1],
      ['tls', 'abort'],
    ],
    'crash',
  ],
  [
    'a child of a test without a fixture that aborts as well',
    asserted('global.a'),
    [
      ['tls', 'abort', firstPid + 2],
      ['tls', 'abort', firstPid + 2],
      ['tls', 'abort'],
    ],
    'crash',
  ],
  [
    'an expectation alone ends nobody',
    asserted('global.a').replace(/# .*terminated.*\n/, ''),
    [['tls', 'abort']],
    'crash',
  ],
  ['abort() without an assertion', asserted('global.a').replace(/# tls.*\n/, ''), [['tls', 'abort']], 'crash'],
  ['another test asserted', asserted('global.a').replace('# global.a: ', '# global.b: '), [['tls', 'abort']], 'crash'],
  ['another program aborted', asserted('global.a'), [['ip', 'abort']], 'crash'],
  ['a signal that no assertion sends', asserted('global.a'), [['tls', 'segv']], 'crash'],
  [
    'both',
    asserted('global.a'),
    [
      ['tls', 'abort'],
      ['nettest', 'segv'],
    ],
    'crash',
  ],
];

for (const [title, output, deaths, word] of harnessRows) {
  test(`a process of a test: ${title} is ${word}`, () => {
    const names = { abort: 'SIGABRT', segv: 'SIGSEGV' } as const;
    const groups = new Map(deaths.map(([program, signal]) => [`${program} ${signal}`, died(program, names[signal])]));
    const ended = deaths.map(([name, signal, parent = 1], index) => ({
      ...{ program: name, signal: signals[signal] },
      ...{ pid: firstPid + index, parent },
    }));
    const verdict = judged(1, output, { ended, facts: { ...facts, issues: [...groups.values()] } });
    assert.equal(verdict.word, word);
    assert.equal(
      verdict.issues.some(({ kind }) => kind === 'selftest-failed'),
      true,
    );
  });
}

test('a name longer than the kernel keeps is that of its program', () => {
  const output = '# reuseport_addr_any.c:9:t:Expected 1 (1) == a (0)\n# t: Test terminated by assertion\nnot ok 1 t\n';
  const ended = [{ program: 'reuseport_addr_', signal: signals.abort, pid: firstPid, parent: 1 }];
  const verdict = judged(1, output, { ended, facts: { ...facts, issues: [died('reuseport_addr_', 'SIGABRT')] } });
  assert.equal(verdict.word, 'major');
});
