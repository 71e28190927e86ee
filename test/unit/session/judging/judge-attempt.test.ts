import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { sha256 } from '../../../../src/base/files.ts';
import { writeCapture } from '../../../../src/evidence/capture/writer.ts';
import { readRecords } from '../../../../src/evidence/records/reader.ts';
import { labHost, recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame } from '../../../../src/evidence/records/writer.ts';
import type { AttemptFile } from '../../../../src/model/attempt.ts';
import { packetWords } from '../../../../src/model/verdict.ts';
import { judgeAttempt } from '../../../../src/session/judging/judge-attempt.ts';
import { packAttempt, unpackAttempt } from '../../../../src/store/attempt-archive.ts';
import { makeTree } from '../../suites/libreswan/tree.ts';
import { answers, makeAttempt } from './made-attempt.ts';

/** All files below a folder with their bytes. */
function snapshot(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'latin1')]));
}

test('an attempt that answers as expected passes, and judging it again gives the same bytes', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree);
  const verdict = await judgeAttempt(dir, { runDir, cache: false });
  assert.deepEqual(verdict, {
    version: 2,
    word: 'passed',
    upstream: 'passed',
    issues: [],
    facts: { pairs: 0, packets: Object.fromEntries(packetWords.map((word) => [word, 0])), halfOpen: [] },
    adapted: [],
    passesOnlyAdapted: false,
  });
  const first = snapshot(runDir);
  rmSync(join(dir, 'derived'), { recursive: true });
  rmSync(join(dir, 'verdict.json'));
  await judgeAttempt(dir, { runDir, cache: join(tree.dir, 'cache') });
  assert.deepEqual(snapshot(runDir), first);
});

test('a different answer fails with its evidence and a diff', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree, { ...answers, 'echo world': 'moon\n' });
  const { word, upstream, issues } = await judgeAttempt(dir, { runDir, cache: false });
  assert.deepEqual([word, upstream], ['minor', 'failed']);
  assert.deepEqual(
    issues.map(({ kind, host, file, line }) => [kind, host, file, line]),
    [['output-different', 'west', 'west.console.txt', 2]],
  );
  assert.equal(readFileSync(join(dir, 'derived/east.console.diff'), 'utf8'), '');
  assert.match(readFileSync(join(dir, 'derived/west.console.diff'), 'utf8'), /^-world\n\+moon$/m);
});

test('judging reads what was stored with the run, unless it is given today’s suite', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree);
  tree.write('pluto/hello/west.console.txt', 'something else\n');
  tree.write('sanitizers/prompt.sed', 'd\n');
  assert.equal((await judgeAttempt(dir, { runDir, cache: false })).word, 'passed');
  process.env.ESPALIER_CACHE = join(tree.dir, 'cache');
  const loaded = await tree.open().load('hello');
  assert.equal((await judgeAttempt(dir, { runDir, loaded, cache: false })).word, 'minor');
});

test('a capture that is missing or cut short makes the attempt unresolved, unless its lab was cut short', async () => {
  using tree = makeTree();
  const { runDir, dir, loaded } = await makeAttempt(tree);
  const [link] = loaded.plan.topology.links;
  const file = join(dir, 'links', `${link?.name}.pcapng`);
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, -3));
  const torn = await judgeAttempt(dir, { runDir, cache: false });
  assert.deepEqual([torn.word, torn.issues[0]?.kind], ['unresolved', 'capture-damage']);
  rmSync(file);
  const missing = await judgeAttempt(dir, { runDir, cache: false });
  assert.deepEqual([missing.word, missing.issues[0]?.message], ['unresolved', 'is missing']);
});

test('captures that a substrate does not take are not missed, but its records are', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree);
  rmSync(join(dir, 'links'), { recursive: true });
  assert.equal((await judgeAttempt(dir, { runDir, cache: false })).word, 'unresolved');
  const file = JSON.parse(readFileSync(join(dir, 'attempt.json'), 'utf8'));
  writeFileSync(join(dir, 'attempt.json'), JSON.stringify({ ...file, lacks: ['captures'] }));
  assert.equal((await judgeAttempt(dir, { runDir, cache: false })).word, 'passed');
  writeFileSync(join(dir, 'records'), readFileSync(join(dir, 'records')).subarray(0, -3));
  assert.equal((await judgeAttempt(dir, { runDir, cache: false })).word, 'unresolved');
});

test('a packed log is judged too', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree);
  const logs = join(dir, 'files/testing/pluto/hello/OUTPUT');
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, 'east.pluto.log.zst'), zstdCompressSync(Buffer.from('x\nEXPECTATION FAILED: y\n')));
  const [issue] = (await judgeAttempt(dir, { runDir, cache: false })).issues;
  assert.deepEqual(
    [issue?.kind, issue?.host, issue?.line, issue?.excerpt],
    ['EXPECTATION', 'east', 2, 'EXPECTATION FAILED: y'],
  );
  writeFileSync(join(logs, 'east.pluto.log.zst'), 'no zstd');
  const [damaged] = (await judgeAttempt(dir, { runDir, cache: false })).issues;
  assert.deepEqual(
    [damaged?.kind, damaged?.file],
    ['unreadable-file', 'files/testing/pluto/hello/OUTPUT/east.pluto.log.zst'],
  );
});

test('records of types that are not known, and of hosts that do not exist, are passed over', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree);
  addRecord(dir, 999, [1, 2, 3]);
  addRecord(dir, recordType.xfrmEvent, [1, 2, 3], 40);
  assert.equal((await judgeAttempt(dir, { runDir, cache: false })).word, 'passed');
});

test('lost evidence makes the attempt unresolved where judging reads it, and takes nothing from a heavier finding', async () => {
  const judged = async (notes: readonly string[], log?: string) => {
    using tree = makeTree();
    const { runDir, dir } = await makeAttempt(tree);
    for (const note of notes) addRecord(dir, recordType.trouble, [...Buffer.from(note)], labHost);
    const logs = join(dir, 'files/testing/pluto/hello/OUTPUT');
    mkdirSync(logs, { recursive: true });
    if (log !== undefined) writeFileSync(join(logs, 'east.pluto.log'), log);
    writeFileSync(join(logs, 'core.77'), '');
    const { word, issues } = await judgeAttempt(dir, { runDir, cache: false });
    return [word, ...issues.map(({ kind }) => kind)];
  };
  const lost = ['unresolved', 'evidence-lost'];
  assert.deepEqual(await judged(['lost frames 3']), lost);
  assert.deepEqual(await judged(['note capture lost 3 frames: packet ring full']), lost);
  const cut = (file: string) => `note /proc/7/root/testing/pluto/hello/OUTPUT/${file} is cut short: 99 bytes`;
  assert.deepEqual(await judged([cut('east.pluto.log')]), lost);
  assert.deepEqual(await judged([cut('core.77')]), ['passed']);
  assert.deepEqual(await judged(['note write 1 to /proc/sys/x: Permission denied']), ['passed']);
  const failed = 'x\nEXPECTATION FAILED: y\n';
  assert.deepEqual(await judged(['lost frames 3'], failed), ['major', 'EXPECTATION', 'evidence-lost']);
  assert.deepEqual(await judged(['lost frames 3'], '(null)'), ['unresolved', 'evidence-lost', 'PRINTF_NULL']);
});

const nothing = '{"version":1,"states":[]}';
const other = '{"version":1,"states":[{"after":"east: echo hello","hosts":{"east":["sa"]}}]}';

test('golden facts that are stored with the run are compared, and a broken file of them is named', async () => {
  const judged = async (facts: string, end?: AttemptFile['end']) => {
    using tree = makeTree();
    tree.write('pluto/hello/facts.json', facts);
    const { runDir, dir } = await makeAttempt(tree, answers, end);
    const { word, upstream, issues } = await judgeAttempt(dir, { runDir, cache: false });
    return [word, upstream, ...issues.map(({ kind, file = '' }) => `${kind} ${file}`)];
  };
  assert.deepEqual(await judged(nothing), ['passed', 'passed']);
  assert.deepEqual(await judged(other), ['major', 'passed', 'golden-facts facts.json']);
  assert.deepEqual(await judged('{'), ['unresolved', 'unresolved', 'unreadable-file facts.json']);
  const cut = await judged(other, { word: 'timeout' });
  assert.ok(cut[0] === 'timeout' && !cut.some((issue) => issue.startsWith('golden-facts')), cut.join(', '));
});

test('golden facts that were tampered with after the run make the attempt unresolved, unless today’s are asked for', async () => {
  using tree = makeTree();
  tree.write('pluto/hello/facts.json', nothing);
  const { runDir, dir } = await makeAttempt(tree);
  const input = join('inputs', sha256(nothing));
  writeFileSync(join(runDir, input), other);
  const { word, issues } = await judgeAttempt(dir, { runDir, cache: false });
  assert.deepEqual([word, issues[0]?.kind, issues[0]?.file], ['unresolved', 'unreadable-file', input]);
  rmSync(join(runDir, input));
  const [missing] = (await judgeAttempt(dir, { runDir, cache: false })).issues;
  assert.deepEqual([missing?.kind, missing?.file], ['unreadable-file', input]);
  process.env.ESPALIER_CACHE = join(tree.dir, 'cache');
  const loaded = await tree.open().load('hello');
  assert.equal((await judgeAttempt(dir, { runDir, loaded, cache: false })).word, 'passed');
});

test('a packed attempt is judged as a plain one, to the byte', async () => {
  for (const said of [answers, { ...answers, 'echo hello': 'other\n' }]) {
    using tree = makeTree();
    const { runDir, dir } = await makeAttempt(tree, said);
    await judgeAttempt(dir, { runDir, cache: false });
    const plain = snapshot(runDir);
    await packAttempt(dir);
    rmSync(join(dir, 'verdict.json'));
    await judgeAttempt(dir, { runDir, cache: false });
    await unpackAttempt(dir);
    assert.deepEqual(snapshot(runDir), plain);
  }
});

test('an archive that cannot be read costs its attempt, by name', async () => {
  for (const content of ['garbage', zstdCompressSync(Buffer.alloc(3000, 'x'))]) {
    using tree = makeTree();
    const { runDir, dir } = await makeAttempt(tree);
    await packAttempt(dir);
    writeFileSync(join(dir, 'artifacts.tar.zst'), content);
    const { word, issues } = await judgeAttempt(dir, { runDir, cache: false });
    assert.equal(word, 'unresolved');
    assert.deepEqual(
      issues.map(({ kind, file }) => [kind, file]),
      [['unreadable-file', 'artifacts.tar.zst']],
    );
  }
});

test('of a lab that was cut short, files may be cut short too', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree, answers, { word: 'timeout' });
  writeFileSync(join(dir, 'records'), readFileSync(join(dir, 'records')).subarray(0, -70));
  writeFileSync(captureOf(dir), readFileSync(captureOf(dir)).subarray(0, -3));
  const { word, issues } = await judgeAttempt(dir, { runDir, cache: false });
  const kinds = issues.map(({ kind }) => kind);
  assert.ok(!kinds.includes('capture-damage') && !kinds.includes('record-damage'), kinds.join(' '));
  assert.notEqual(word, 'passed');
});

/** Writes fields of a JSON file anew. */
function rewrite(dir: string, name: string, change: object): void {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }));
}

/** Sets a little-endian number of 16 bits. */
function patch(file: string, at: number, value: number): void {
  const content = readFileSync(file);
  content.writeUInt16LE(value, at);
  writeFileSync(file, content);
}

/** Puts a record in front of the last one. */
function addRecord(dir: string, type: number, payload: readonly number[], host = 0): void {
  const { hosts, records } = readRecords(readFileSync(join(dir, 'records')));
  const frames = records.slice(1).map(({ sequence: _number, ...frame }): Frame => frame);
  const time = frames.at(-1)?.time ?? 0n;
  frames.splice(-1, 0, { type, host, time, payload: Uint8Array.from(payload) });
  writeFileSync(join(dir, 'records'), encodeRecords(hosts, frames));
}

function captureOf(dir: string): string {
  return join(dir, 'links', readdirSync(join(dir, 'links'))[0] ?? '');
}

/** Offset of the first block after the section header. */
function interfaceAt(dir: string): number {
  return readFileSync(captureOf(dir)).readUInt32LE(4);
}

const damages: readonly (readonly [string, (dir: string, runDir: string) => void, string])[] = [
  ['attempt.json is missing', (dir) => rmSync(join(dir, 'attempt.json')), 'unreadable-file'],
  ['scenario.json is cut', (dir) => writeFileSync(join(dir, 'scenario.json'), '{"version":'), 'unreadable-file'],
  ['scenario.json is of a newer version', (dir) => rewrite(dir, 'scenario.json', { version: 3 }), 'unreadable-file'],
  ['scenario.json is of an older version', (dir) => rewrite(dir, 'scenario.json', { version: 1 }), 'unreadable-file'],
  ['scenario.json names no links', (dir) => rewrite(dir, 'scenario.json', { links: undefined }), 'unreadable-file'],
  ['attempt.json is of a newer version', (dir) => rewrite(dir, 'attempt.json', { version: 2 }), 'unreadable-file'],
  ['records are missing', (dir) => rmSync(join(dir, 'records')), 'record-damage'],
  [
    'records are torn',
    (dir) => writeFileSync(join(dir, 'records'), readFileSync(join(dir, 'records')).subarray(0, 200)),
    'record-damage',
  ],
  ['records are of a newer version', (dir) => patch(join(dir, 'records'), 8, 2), 'record-damage'],
  ['a record calls itself by another number', (dir) => patch(join(dir, 'records'), 16 + 16, 7), 'record-damage'],
  [
    'an event of the kernel is cut short',
    (dir) => addRecord(dir, recordType.xfrmEvent, [64, 0, 0, 0, 16, 0]),
    'unreadable-file',
  ],
  ['an event of the kernel is empty', (dir) => addRecord(dir, recordType.xfrmEvent, []), 'unreadable-file'],
  [
    'a dump of SAs is no netlink message',
    (dir) => addRecord(dir, recordType.xfrmStates, new Array(40).fill(255)),
    'unreadable-file',
  ],
  [
    'a dump of policies is cut short',
    (dir) => addRecord(dir, recordType.xfrmPolicies, [184, 0, 0, 0, 19, 0, ...new Array(90).fill(0)]),
    'unreadable-file',
  ],
  ['records are garbage', (dir) => writeFileSync(join(dir, 'records'), 'garbage garbage garbage'), 'record-damage'],
  ['a capture is no pcapng', (dir) => writeFileSync(captureOf(dir), 'no capture at all'), 'capture-damage'],
  ['a capture is empty', (dir) => writeFileSync(captureOf(dir), ''), 'capture-damage'],
  ['a capture is of a newer version', (dir) => patch(captureOf(dir), 12, 2), 'capture-damage'],
  ['a capture is of another kind of link', (dir) => patch(captureOf(dir), interfaceAt(dir) + 8, 101), 'capture-damage'],
  [
    'frames of a capture were cut',
    (dir) => {
      const packets = [{ time: 1n, frame: new Uint8Array(60), length: 1514 }];
      writeFileSync(captureOf(dir), writeCapture({ links: [{ name: 'x', packets }] }));
    },
    'capture-damage',
  ],
  [
    'a packed capture is damaged',
    (dir) => {
      const file = captureOf(dir);
      const packed = zstdCompressSync(readFileSync(file));
      rmSync(file);
      writeFileSync(`${file}.zst`, packed.subarray(0, -8));
    },
    'unreadable-file',
  ],
  [
    'an input was changed',
    (_, runDir) => {
      for (const name of readdirSync(join(runDir, 'inputs'))) writeFileSync(join(runDir, 'inputs', name), 'changed');
    },
    'unreadable-file',
  ],
];
for (const [title, damage, kind] of damages) {
  test(`the verdict is unresolved where ${title}`, async () => {
    using tree = makeTree();
    const { runDir, dir } = await makeAttempt(tree);
    damage(dir, runDir);
    const verdict = await judgeAttempt(dir, { runDir, cache: false });
    assert.equal(verdict.word, 'unresolved');
    assert.ok(
      verdict.issues.some((issue) => issue.kind === kind),
      JSON.stringify(verdict.issues),
    );
    assert.ok(verdict.issues.every((issue) => issue.message !== ''));
  });
}
