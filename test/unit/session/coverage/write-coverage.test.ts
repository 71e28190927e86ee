import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { AttemptFile } from '../../../../src/model/attempt.ts';
import { coverageText } from '../../../../src/report/terminal/coverage-text.ts';
import { linesByTest } from '../../../../src/session/coverage/read-run.ts';
import { writeCoverage } from '../../../../src/session/coverage/write-coverage.ts';
import { readCoverage } from '../../../../src/store/coverage.ts';
import { jsonText, type RunFolder } from '../../../../src/store/run-folder.ts';
import { countersFile, type MadeFunction, notesFile } from '../../evidence/gcov/build.ts';
import { inputs, makeRun } from '../ready-made.ts';

const cache = mkdtempSync(join(tmpdir(), 'espalier-coverage-'));
process.env.ESPALIER_CACHE = cache;
after(() => rmSync(cache, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** `name` calls, and one line a call. */
const made = (ident: number, name: string, source: string, line: number): MadeFunction => ({
  ...{ ident, name, line, blocks: 3 },
  arcs: [
    { from: 0, to: 2, onTree: false },
    { from: 2, to: 1, onTree: true },
  ],
  lines: [[2, source, line]],
});

/** A kernel of a tree of the user's, whose objects lie elsewhere. */
const kernel = { id: '7.2.13-0123456789ab', sha256: `0123456789ab${'0'.repeat(52)}` };
const notes = join(cache, 'kernel-trees', 'linux-0123456789ab.gcov');
put(join(notes, 'built.json'), jsonText({ tree: '/home/linux', objects: '/build' }));
put(
  join(notes, 'net/xfrm/made.gcno'),
  notesFile([
    made(1, 'input', '/home/linux/net/xfrm/made.c', 4),
    made(2, 'output', '../home/linux/net/xfrm/made.c', 9),
    made(3, 'inlined', '/home/linux/include/net/xfrm.h', 1),
    made(4, 'below', '/home/linux/net/ipv4/netfilter/made.c', 1),
  ]),
);

interface MadeAttempt {
  readonly name: string;
  readonly attempt?: number;
  readonly counters?: Uint8Array;
  readonly end?: AttemptFile['end'];
  readonly kernel?: AttemptFile['inputs']['kernel'];
}

function add(
  folder: RunFolder,
  { name, attempt = 0, counters, end = { word: 'completed' }, kernel: of = kernel }: MadeAttempt,
) {
  const key = { suite: 's', name, attempt };
  const time = { started: '2026-01-01T00:00:00Z', wallMs: 10, bootMs: 1, labCpuMs: 5, virtualNs: '1' };
  const file = { version: 1, ...key, hosts: ['east'], inputs: { ...inputs, kernel: of }, end, time };
  const dir = folder.attemptDir(key);
  put(join(dir, 'attempt.json'), jsonText(file));
  if (counters) put(join(dir, 'files/gcov/net/xfrm/made.gcda'), counters);
}

test('a run’s coverage is that of all its attempts whose counters are there; the others are named with the reason', (t) => {
  const folder = makeRun(t, ['one', 'two', 'died', 'torn', 'other', 'unsupported']);
  add(folder, { name: 'one', counters: countersFile([[1, [2]]]) });
  add(folder, {
    name: 'one',
    attempt: 1,
    counters: countersFile([
      [1, [3]],
      [2, [0]],
    ]),
  });
  add(folder, {
    name: 'two',
    counters: countersFile([
      [1, [1]],
      [2, [7]],
      [3, [1]],
    ]),
  });
  add(folder, { name: 'died', end: { word: 'panic' } });
  add(folder, { name: 'torn', counters: countersFile([[1, [2]]]).subarray(0, 30) });
  add(folder, { name: 'other', kernel: { id: 'other', sha256: 'f'.repeat(64) }, counters: countersFile([[1, [2]]]) });

  const coverage = writeCoverage(folder);
  assert.deepEqual(readCoverage(folder.dir), coverage);
  assert.deepEqual([coverage.kernels, coverage.attempts], [[kernel.id], 3]);
  assert.deepEqual(coverage.files, [
    {
      source: 'net/xfrm/made.c',
      lines: '4,9',
      covered: '4,9',
      functions: [
        { name: 'input', line: 4, calls: 6 },
        { name: 'output', line: 9, calls: 7 },
      ],
    },
  ]);
  assert.deepEqual(coverage.only, [
    { suite: 's', name: 'two', count: 1, files: [{ source: 'net/xfrm/made.c', lines: '9' }] },
  ]);
  assert.deepEqual(
    coverage.lost.map(({ name, why }) => [name, why]),
    [
      ['died', 'its files hold none; its lab ended as panic'],
      ['torn', 'gcov counters: needs 12 bytes at offset 24, 6 are left'],
      ['other', 'the cache holds no notes of the kernel other'],
    ],
  );
  const lcov = readFileSync(join(folder.dir, 'coverage/lcov.info'), 'utf8');
  assert.match(lcov, /^DA:4,6\nDA:9,7\nLF:2\nLH:2$/m);
  assert.deepEqual(coverageText(coverage), [
    'code that ran in 3 labs:',
    '  folder    lines  covered      %  functions  never reached',
    '  net/xfrm      2        2  100.0          2              0',
    'lines that one test alone covers: 1, of 1 tests; the most have',
    '  s:two  1',
    'without the counters of 3 labs:',
    '  s:died, attempt 0: its files hold none; its lab ended as panic',
    '  s:torn, attempt 0: gcov counters: needs 12 bytes at offset 24, 6 are left',
    '  s:other, attempt 0: the cache holds no notes of the kernel other',
  ]);
});

test('a kernel of a compiler whose notes cannot be read makes its labs lost, and costs nothing else', (t) => {
  const old = { id: '6.1-old', sha256: `aaaaaaaaaaaa${'0'.repeat(52)}` };
  const folderOfOld = join(cache, 'kernel-trees', 'linux-aaaaaaaaaaaa.gcov');
  put(join(folderOfOld, 'built.json'), jsonText({ tree: '/home/linux', objects: '/build' }));
  put(join(folderOfOld, 'net/xfrm/made.gcno'), notesFile([made(1, 'input', 'net/xfrm/made.c', 4)], 0x4139332a));
  const folder = makeRun(t, ['one', 'two']);
  add(folder, { name: 'one', counters: countersFile([[1, [2]]]), kernel: old });
  add(folder, { name: 'two', counters: countersFile([[1, [2]]]) });
  const { kernels, attempts, lost } = writeCoverage(folder);
  assert.deepEqual([kernels, attempts], [[kernel.id], 1]);
  assert.deepEqual(lost, [
    { suite: 's', name: 'one', attempt: 0, why: 'gcov notes: made by GCC 9; 12 or newer is read' },
  ]);
});

test('counters of another build of the same kernel are lost, not read by the wrong notes', (t) => {
  const folder = makeRun(t, ['one']);
  const counters = Buffer.from(countersFile([[1, [2]]]));
  counters.writeUInt32LE(8, 8);
  add(folder, { name: 'one', counters });
  const { attempts, lost, files } = writeCoverage(folder);
  assert.equal(attempts, 0);
  assert.match(lost[0]?.why ?? '', /net\/xfrm\/made\.gcda is of another build than the notes of the kernel 7\.2\.13/);
  assert.deepEqual(
    files.map(({ covered }) => covered),
    [''],
  );
});

test('what each test executed, without tests of which an attempt is lost', (t) => {
  const folder = makeRun(t, ['one', 'two', 'half', 'unsupported']);
  add(folder, { name: 'one', counters: countersFile([[1, [2]]]) });
  add(folder, { name: 'one', attempt: 1, counters: countersFile([[2, [1]]]) });
  add(folder, { name: 'two', counters: countersFile([[2, [7]]]) });
  add(folder, { name: 'half', counters: countersFile([[1, [2]]]) });
  add(folder, { name: 'half', attempt: 1, end: { word: 'panic' } });
  assert.deepEqual(
    linesByTest(folder).map(({ name, lines }) => [name, [...(lines.get('net/xfrm/made.c') ?? [])]]),
    [
      ['one', [4, 9]],
      ['two', [9]],
    ],
  );
});
