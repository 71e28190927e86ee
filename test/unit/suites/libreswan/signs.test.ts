import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FaultLine } from '../../../../src/judge/oracles/incidents/fault-lines.ts';
import { compareText } from '../../../../src/judge/text/adapted-text.ts';
import type { Issue } from '../../../../src/model/verdict.ts';
import { libreswanFormat } from '../../../../src/suites/libreswan/format.ts';
import { judgeConsoles } from '../../../../src/suites/libreswan/judge.ts';
import { signs } from '../../../../src/suites/libreswan/signs.ts';

const facts = {
  summary: {
    pairs: 0,
    packets: { verified: 0, unauthenticated: 0, refused: 0, unjudged: 0, 'no-sa': 0, replayed: 0 },
    halfOpen: [],
  },
  issues: [],
};

interface Texts {
  readonly raw?: string;
  readonly sanitized?: string;
  /** As `sanitized` where it is left out. */
  readonly expected?: string;
  readonly log?: string;
}

/** Issues of one console and one log. */
function issuesOf({ raw = 'x\n', sanitized = 'x\n', expected = sanitized, log = 'x\n' }: Texts): readonly Issue[] {
  const bytes = Buffer.from(sanitized);
  const texts = {
    bytes,
    compared: compareText(Buffer.from(expected).toString('latin1'), bytes.toString('latin1'), []),
  };
  return judgeConsoles({
    complete: true,
    end: { word: 'completed' },
    consoles: [{ host: 'east', file: 'east.console.txt', raw: Buffer.from(raw), sanitized: texts }],
    plutoLogs: [{ host: 'east', file: 'east.pluto.log', bytes: Buffer.from(log) }],
    issues: [],
    facts,
  }).issues;
}

const found = (texts: Texts) => issuesOf(texts).map(({ kind, file, line, excerpt }) => [kind, file, line, excerpt]);

test('an attempt of which no console is compared with anything proves nothing', () => {
  const { word, issues } = judgeConsoles({
    complete: true,
    end: { word: 'completed' },
    consoles: [],
    plutoLogs: [],
    issues: [],
    facts,
  });
  assert.deepEqual([word, issues.map(({ kind }) => kind)], ['unresolved', ['output-unchecked']]);
});

/** What the oracle found that reads all logs and consoles, and whether the post-mortem has an issue for the same line. */
const faultLines: readonly (readonly [
  kind: FaultLine['kind'],
  file: string | undefined,
  text: string,
  known: boolean,
])[] = [
  ['assertion-failed', 'OUTPUT/east.pluto.log', 'FATAL: ASSERTION FAILED: x == y (in f() at g.c:7)', true],
  ['assertion-failed', undefined, 'ASSERTION FAILED: x', true],
  ['assertion-failed', 'OUTPUT/west.pluto.log', 'ASSERTION FAILED: x', false],
  ['assertion-failed', 'OUTPUT/east.pluto.log', "pluto: x.c:7: main: Assertion `a == b' failed.", false],
  ['assertion-failed', undefined, "whack: x.c:7: main: Assertion `a == b' failed.", false],
  ['memory-leak', 'OUTPUT/east.pluto.log', 'leak detective found 3 leaks, total size 96', true],
  ['memory-leak', 'OUTPUT/east.pluto.log', '==7==ERROR: LeakSanitizer: detected memory leaks', false],
  ['memory-leak', 'OUTPUT/east.pluto.log', '3 leaks detected, 2 suppressed', false],
  ['memory-leak', undefined, 'leak detective found 3 leaks, total size 96', false],
];

test('the post-mortem knows the lines that it looks for, and no others of their kind', async () => {
  const cwd = '/testing/pluto/hello';
  const stored = { cwd, expectations: [] } as unknown as Parameters<NonNullable<typeof libreswanFormat.knows>>[0];
  for (const [kind, log, text, known] of faultLines) {
    const file = log === undefined ? {} : { file: `files${cwd}/${log}` };
    const line: FaultLine = { kind, host: 'east', ...file, line: 1, text, message: 'm' };
    assert.equal(await libreswanFormat.knows?.(stored, line, {} as never), known, `${log ?? 'console'}: ${text}`);
    // It never is in no issue at all.
    const found = issuesOf(log === undefined ? { raw: text } : { log: text }).map((issue) => issue.kind);
    if (known) assert.notDeepEqual(found, []);
  }
});

const raw = 'east.console.verbose.txt';
const console = 'east.console.txt';
const log = 'east.pluto.log';
const cases: readonly (readonly [string, Texts, unknown[]])[] = [
  ['an assertion in a log', { log: 'a\nb: ASSERTION FAILED: x\n' }, [['ASSERTION', log, 2, 'b: ASSERTION FAILED: x']]],
  ['an assertion on a console', { raw: 'ASSERTION FAILED' }, [['ASSERTION', raw, 1, 'ASSERTION FAILED']]],
  ['an expectation', { log: '| EXPECTATION FAILED at y\n' }, [['EXPECTATION', log, 1, '| EXPECTATION FAILED at y']]],
  ['a null pointer in a log', { log: 'a\n\nis (null)\nis (null)\n' }, [['PRINTF_NULL', log, 3, 'is (null)']]],
  ['the word null alone', { log: 'null ()\n' }, []],
  ['a tab in a log', { log: 'a\nb\tc\n' }, [['iscntrl', log, 2, 'b\tc']]],
  ['a letter beyond ASCII in a log', { log: 'ü\n' }, [['iscntrl', log, 1, 'ü']]],
  ['a tab on a console', { sanitized: 'b\tc\r\n' }, []],
  ['an escape on a console', { sanitized: 'a\nb\x1bc\n' }, [['iscntrl', console, 2, 'b\x1bc']]],
  ['DEL on a console', { sanitized: '\x7f' }, [['iscntrl', console, 1, '\x7f']]],
  ['the space and the tilde', { sanitized: ' ~', log: ' ~' }, []],
  ['leaks', { log: 'leak detective found 12 leaks\n' }, [['LEAK', log, 1, 'leak detective found 12 leaks']]],
  [
    'leaks behind a word of none',
    { log: 'leak detective found no leaks\nleak detective found 1 leaks\n' },
    [['LEAK', log, 2, 'leak detective found 1 leaks']],
  ],
  ['no leaks', { log: 'leak detective found no leaks\n' }, []],
  ['a core file', { raw: 'a\nCORE FOUND: b\n' }, [['CORE', raw, 2, 'CORE FOUND: b']]],
  ['a core file in the middle of a line', { raw: 'a CORE FOUND\n' }, []],
  ['a segmentation fault', { raw: 'SEGFAULT' }, [['SEGFAULT', raw, 1, 'SEGFAULT']]],
  ['a general protection fault', { raw: 'GPFAULT' }, [['GPFAULT', raw, 1, 'GPFAULT']]],
  ['a call trace', { sanitized: 'a\n[ 12.50] Call Trace:\n' }, [['KERNEL', console, 2, '[ 12.50] Call Trace:']]],
  ['a call trace without its time', { sanitized: '[x] Call Trace:\n' }, []],
];
for (const [title, texts, expected] of cases) {
  test(`a sign of trouble: ${title}`, () => assert.deepEqual(found(texts), expected));
}

test('what is found nowhere gives -1, what is found its first place, as a search from the front does', () => {
  const pieces = [
    '(null)',
    'ASSERTION FAILED',
    'SEGFAULT',
    '\n',
    ' ',
    '\t',
    'leak detective found 3 leaks',
    '[ 1.0] Call Trace:',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
      const bytes = Buffer.from(parts.join(''));
      for (const { find } of signs) {
        const at = find(bytes);
        assert.ok(at === -1 || find(bytes.subarray(0, at)) === -1);
        if (at > 0) assert.ok(find(Buffer.concat([Buffer.from('a'), bytes])) === at + 1);
      }
    }),
  );
});

test('a byte that does not print is found wherever it stands, and no other', () => {
  const [ofLogs, ofConsoles] = signs.filter(({ kind }) => kind === 'iscntrl');
  const byte = fc.oneof(fc.integer({ min: 32, max: 126 }), fc.constantFrom(9, 10, 13, 31, 127, 128, 255));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), fc.integer({ min: 0, max: 5 }), (list, offset) => {
      const bytes = Uint8Array.from([...new Array<number>(offset).fill(65), ...list]).subarray(offset);
      const strange = (allowed: readonly number[]) => (one: number) =>
        (one < 32 || one > 126) && !allowed.includes(one);
      assert.equal(ofLogs?.find(bytes), list.findIndex(strange([10])));
      assert.equal(ofConsoles?.find(bytes), list.findIndex(strange([9, 10, 13])));
    }),
    { numRuns: 2000 },
  );
});

test('a long line is cut, and what is left out of an excerpt is marked so that people can read the mark', () => {
  const [long] = issuesOf({ log: `ü${'x'.repeat(400)}\n` });
  assert.equal(long?.excerpt, `ü${'x'.repeat(298)}…`);
  const lines = (word: string): string => Array.from({ length: 30 }, (_, at) => `${word} ${at}\n`).join('');
  const different = issuesOf({ sanitized: lines('ä'), expected: lines('ö') }).find(
    ({ kind }) => kind === 'output-different',
  );
  assert.match(different?.excerpt ?? '', /^-ö 0\n[\s\S]*\n… 44 more lines$/);
});
