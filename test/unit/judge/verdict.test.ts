import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText, type Rewrite } from '../../../src/judge/text/adapted-text.ts';
import { firstDifference, sameButWhitespace, unifiedDiff } from '../../../src/judge/text/difference.ts';
import { incidentKinds, issueKinds, issueOf, upstreamOf } from '../../../src/model/issue-kinds.ts';
import { heaviest, verdictWords, type WordMapping, wordTable } from '../../../src/model/words.ts';
import { type AttemptEvidence, judgeConsoles } from '../../../src/suites/libreswan/judge.ts';
import { sanitized } from '../evidence/text/consoles.ts';

const nothingSeen = {
  pairs: 0,
  packets: { verified: 0, unauthenticated: 0, refused: 0, unjudged: 0, 'no-sa': 0, replayed: 0 },
  halfOpen: [],
};
const evidence = (change: Partial<AttemptEvidence> = {}): AttemptEvidence => ({
  complete: true,
  end: { word: 'completed' },
  consoles: [console({})],
  plutoLogs: [],
  issues: [],
  facts: { summary: nothingSeen, issues: [] },
  ...change,
});
/** A console by its texts, one character per byte. */
interface Texts {
  readonly raw?: string;
  readonly sanitized?: string;
  readonly expected?: string;
  readonly rewrites?: readonly Rewrite[];
}
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
function console({ raw = 'a\n', sanitized: text = 'a\n', expected = 'a\n', rewrites = [] }: Texts) {
  const sanitized = { bytes: bytesOf(text), compared: compareText(expected, text, rewrites) };
  return { host: 'east', file: 'east.console.txt', raw: bytesOf(raw), sanitized };
}
const kinds = (change: Partial<AttemptEvidence>): string[] => {
  const verdict = judgeConsoles(evidence(change));
  return [verdict.word, verdict.upstream, ...verdict.issues.map(({ kind }) => kind)];
};

test('of any two words the one that stands first in the list of words wins', () => {
  for (const [i, a] of verdictWords.entries()) {
    for (const [j, b] of verdictWords.entries()) assert.equal(heaviest([a, b]), verdictWords[Math.min(i, j)]);
  }
  assert.equal(heaviest([]), 'passed');
});

test('every word says how it is told elsewhere; only passed and unsupported are expected', () => {
  assert.deepEqual(Object.keys(wordTable), [...verdictWords]);
  assert.deepEqual(
    verdictWords.filter((word) => wordTable[word].expected),
    ['unsupported', 'passed'],
  );
});

test('no two words have one letter or one sign, and each is one character', () => {
  for (const mark of [({ letter }: WordMapping) => letter, ({ sign }: WordMapping) => sign]) {
    const all = verdictWords.map((word) => mark(wordTable[word]));
    assert.equal(new Set(all).size, verdictWords.length);
    assert.deepEqual(
      all.map((one) => [...one].length),
      all.map(() => 1),
    );
  }
});

test('a rewrite that would change the reference is left out: it was made where that is printed', () => {
  const rewrites: readonly Rewrite[] = [{ id: 'x', rewrite: (text) => text.replaceAll('dir in\n', '') }];
  const one = (expected: string, received: string) => compareText(expected, received, rewrites);
  assert.equal(one('a\n', 'a\ndir in\n').onlyAdapted, true);
  assert.deepEqual(one('a\ndir in\n', 'a\n').best, 'a\n');
  assert.equal(one('a\ndir in\nb\n', 'a\ndir in\nc\n').best, 'a\ndir in\nc\n');
  assert.equal(one('a\ndir in\nb\n', 'a\nb\ndir in\n').differs, true);
});

test('libreswan’s unresolved sticks over failed', () => {
  assert.equal(upstreamOf([]), 'passed');
  assert.equal(upstreamOf(['output-different']), 'failed');
  assert.equal(upstreamOf(['output-different', 'output-missing', 'CORE']), 'unresolved');
});

/** Kinds of which libreswan's own judgement knows nothing. */
const oracles = [
  'cleartext',
  'golden-facts',
  'half-open',
  'inner-selector',
  'not-encrypted',
  'not-verified',
  'replay-accepted',
  'sa-disagreement',
  'table-discrepancy',
  'unknown-sa',
] as const;

test('no kind of issue lets a test pass, and libreswan’s word is passed for the oracles’ kinds alone', () => {
  for (const { word } of Object.values(issueKinds)) assert.notEqual(word, 'passed');
  const passed = Object.entries(issueKinds).filter(([, { upstream }]) => upstream === 'passed');
  // Beside them what says nothing of an attempt: that seeds disagree.
  assert.deepEqual(passed.map(([kind]) => kind).sort(), [...oracles, ...incidentKinds, 'depends-on-chance'].sort());
});

test('trouble of the harness is never told as the test’s failure, in either tongue', () => {
  // libreswan fails a console without reference; nothing is known of it.
  const troubles = Object.entries(issueKinds).filter(
    ([kind, { word }]) => word === 'unresolved' && kind !== 'output-unchecked',
  );
  for (const [, { upstream }] of troubles) assert.equal(upstream, 'unresolved');
});

const table: readonly (readonly [string, Partial<AttemptEvidence>, readonly string[]])[] = [
  ['equal texts', {}, ['passed', 'passed']],
  ['a different text', { consoles: [console({ expected: 'b\n' })] }, ['minor', 'failed', 'output-different']],
  [
    'a text with other blanks',
    { consoles: [console({ expected: '\n a \n\n' })] },
    ['minor', 'failed', 'output-whitespace'],
  ],
  [
    'a console without reference',
    { consoles: [{ host: 'x', file: 'x', raw: bytesOf('a'), sanitized: { bytes: bytesOf('a') } }] },
    ['unresolved', 'failed', 'output-unchecked'],
  ],
  [
    'a console of which nothing was saved',
    { consoles: [{ host: 'x', file: 'x' }] },
    ['unresolved', 'unresolved', 'output-missing'],
  ],
  [
    'a sanitizer that failed',
    { consoles: [{ ...console({}), sanitized: { problem: 'sed: no' } }] },
    ['unresolved', 'unresolved', 'sanitizer-failed'],
  ],
  [
    'a torn console, which is not compared',
    { complete: false, consoles: [console({ expected: 'b\n' })] },
    ['unresolved', 'unresolved', 'output-truncated'],
  ],
  ['a command past its deadline', { end: { word: 'timeout', host: 'east' } }, ['timeout', 'failed', 'TIMEOUT']],
  ['a flood', { end: { word: 'flood' } }, ['timeout', 'failed', 'flood']],
  ['a spinning guest', { end: { word: 'livelock' } }, ['livelock', 'failed', 'livelock']],
  ['a kernel panic', { end: { word: 'panic' } }, ['crash', 'failed', 'panic']],
  ['a lab that died', { end: { word: 'lab-died' } }, ['unresolved', 'unresolved', 'lab-died']],
  ['a core file', { consoles: [console({ raw: 'x\nCORE FOUND: y\n' })] }, ['crash', 'failed', 'CORE']],
  [
    'a call trace',
    {
      consoles: [console({ sanitized: 'a\n[ 00.00] Call Trace:\n', expected: 'a\n[ 00.00] Call Trace:\n' })],
    },
    ['crash', 'failed', 'KERNEL'],
  ],
  [
    'a null in raw and sanitized text',
    { consoles: [console({ raw: '(null)', sanitized: '(null)', expected: '(null)' })] },
    ['minor', 'failed', 'PRINTF_NULL'],
  ],
  ['an escape', { consoles: [console({ sanitized: '\x1b\n', expected: '\x1b\n' })] }, ['minor', 'failed', 'iscntrl']],
  [
    'a leak in the log',
    { plutoLogs: [{ host: 'east', file: 'l', bytes: bytesOf('a\nleak detective found 3 leaks\n') }] },
    ['minor', 'failed', 'LEAK'],
  ],
  [
    'a tab in the log',
    { plutoLogs: [{ host: 'east', file: 'l', bytes: bytesOf('a\tb\n') }] },
    ['minor', 'failed', 'iscntrl'],
  ],
  [
    'no leak in the log',
    { plutoLogs: [{ host: 'east', file: 'l', bytes: bytesOf('leak detective found no leaks\n') }] },
    ['passed', 'passed'],
  ],
];
for (const [title, change, expected] of table)
  test(`verdict for ${title}`, () => assert.deepEqual(kinds(change), expected));

test('the evidence names host, file, line and command, with context on both sides', () => {
  const common = Array.from({ length: 9 }, (_, i) => `line ${i}`).join('\n');
  const text = (word: string): string => `east #\n ipsec start\n${common}\n${word}\nmore é\neast #\n true\nend\n`;
  const bytes = (word: string): string => Buffer.from(text(word)).toString('latin1');
  const consoles = [console({ expected: bytes('old'), sanitized: bytes('new') })];
  assert.deepEqual(judgeConsoles(evidence({ consoles })).issues.slice(1), [
    {
      kind: 'output-different',
      word: 'minor',
      host: 'east',
      file: 'east.console.txt',
      line: 12,
      command: 'ipsec start',
      message: 'differs from its reference',
      excerpt: ' line 6\n line 7\n line 8\n-old\n+new\n more é\n east #\n  true',
    },
  ]);
});

/** A word of a log line, and facts of the same text, changed. */
const reworded = (from: string, to: string): string[] => {
  assert.ok(sanitized.includes(from), from);
  return kinds({ consoles: [console({ expected: sanitized, sanitized: sanitized.replace(from, to) })] });
};

test('a text that differs is minor, unless its lines tell other facts', () => {
  assert.deepEqual(reworded('initiating IKEv2 connection', 'starting IKEv2'), ['minor', 'failed', 'output-different']);
  assert.deepEqual(reworded('inBytes=84', 'inBytes=168'), ['minor', 'failed', 'output-different']);
  assert.deepEqual(reworded('inBytes=84', 'inBytes=0'), ['major', 'failed', 'facts-different', 'output-different']);
});

test('facts that differ are told with command and both sides', () => {
  const consoles = [console({ expected: sanitized, sanitized: sanitized.replace('inBytes=84', 'inBytes=0') })];
  const [issue] = judgeConsoles(evidence({ consoles })).issues;
  assert.equal(issue?.host, 'east');
  assert.match(issue?.message ?? '', /^traffic different \(inBytes\): /);
  assert.match(issue?.command ?? '', /trafficstatus/);
  assert.match(issue?.excerpt ?? '', /^-traffic .*inBytes=84.*\n\+traffic .*inBytes=0/);
});

test('a console that was cut short tells no facts', () => {
  const text = sanitized.slice(0, 200);
  const cut = { complete: false, consoles: [console({ expected: sanitized, sanitized: text })] };
  assert.deepEqual(kinds(cut), ['unresolved', 'unresolved', 'output-truncated']);
});

test('what the oracles find counts where all texts are as expected, and libreswan would have passed it', () => {
  for (const kind of oracles) {
    const issue = issueOf(kind, { message: 'x' });
    const leak = kind === 'cleartext' || kind === 'not-encrypted';
    assert.deepEqual(kinds({ facts: { summary: nothingSeen, issues: [issue] } }), [
      leak ? 'leak' : 'major',
      'passed',
      kind,
    ]);
  }
});

test('issues stand in the order of their weight, behind what may have caused them', () => {
  const issues = (['half-open', 'cleartext', 'not-verified'] as const).map((kind) => issueOf(kind, { message: kind }));
  const consoles = [console({ expected: 'b\n', raw: 'CORE\nCORE FOUND\n' })];
  assert.deepEqual(kinds({ facts: { summary: nothingSeen, issues }, consoles, end: { word: 'timeout' } }), [
    ...['timeout', 'failed', 'CORE', 'TIMEOUT', 'cleartext', 'half-open', 'not-verified', 'output-different'],
  ]);
});

test('the first command of a console is found without a prompt above it', () => {
  assert.equal(firstDifference('echo a\na\neast #\n true\n', 'echo a\nb\neast #\n true\n').command, 'echo a');
  assert.equal(firstDifference('echo a\na\n', 'echo b\na\n').command, undefined);
});

test('an adaptation is told only where the text does not match without it', () => {
  const rewrites = [
    { id: 'drop-b', rewrite: (text: string) => text.replace('b\n', '') },
    { id: 'idle', rewrite: (text: string) => text },
  ];
  const judged = (expected: string) => {
    const consoles = [console({ sanitized: 'a\nb\n', expected, rewrites })];
    const { word, adapted, passesOnlyAdapted } = judgeConsoles(evidence({ consoles }));
    return { word, adapted, passesOnlyAdapted };
  };
  assert.deepEqual(judged('a\nb\n'), { word: 'passed', adapted: [], passesOnlyAdapted: false });
  assert.deepEqual(judged('a\n'), { word: 'passed', adapted: ['drop-b'], passesOnlyAdapted: true });
  assert.deepEqual(judged('c\n'), { word: 'minor', adapted: ['drop-b'], passesOnlyAdapted: false });
});

test('a diff of texts that have nothing in common stays bounded and complete', () => {
  const text = (word: string): string => Array.from({ length: 6000 }, (_, i) => `${word} ${i}`).join('\n');
  const diff = unifiedDiff(`same\n${text('old')}\n`, `same\n${text('new')}\n`, ['a', 'b']);
  assert.equal(diff.split('\n').filter((line) => /^[-+](old|new) /.test(line)).length, 12_000);
  assert.equal(firstDifference(text('old'), text('new')).line, 1);
});

test('white space is compared as libreswan does', () => {
  assert.equal(sameButWhitespace('a b\n\nc\n', '\nab\nc\n'), true);
  assert.equal(sameButWhitespace('a\nb\n', 'ab\n'), false);
});

test('facts are read before a rewrite that takes them away', () => {
  const sa = (rest: string): string =>
    `east #\n ip xfrm state\nsrc 192.0.2.1 dst 192.0.2.2\n\tproto esp spi 0xSPISPI reqid REQID mode tunnel\n\treplay-window 0 flag esn\n${rest}`;
  const window = (packets: number): string =>
    `\tanti-replay esn context:\n\t replay_window ${packets}, bitmap-length 4\n`;
  const rewrite = (text: string): string => text.replace(/^\tdir .*\n/gm, '');
  const words = (losesFacts: boolean, direction: string): string[] => {
    const rewrites = [{ id: 'direction', rewrite, losesFacts }];
    const text = sa(`${window(0)}\tdir ${direction}\n`);
    const consoles = [console({ expected: sa(window(128)), sanitized: text, rewrites })];
    return kinds({ consoles });
  };
  assert.deepEqual(words(true, 'out'), ['minor', 'failed', 'output-different']);
  assert.deepEqual(words(true, 'in'), ['major', 'failed', 'facts-different', 'output-different']);
  assert.deepEqual(words(false, 'out'), ['major', 'failed', 'facts-different', 'output-different']);
});
