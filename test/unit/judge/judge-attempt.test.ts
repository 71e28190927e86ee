import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { judgeAttempt } from '../../../src/judge/judge-attempt.ts';
import { storeScenario } from '../../../src/judge/stored-scenario.ts';
import { writeCapture } from '../../../src/observation/capture/writer.ts';
import type { LibreswanScenario } from '../../../src/suite/libreswan/libreswan.ts';
import type { AttemptFile } from '../../../src/transcript/attempt.ts';
import { recordType } from '../../../src/transcript/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../src/transcript/writer.ts';
import { packetWords } from '../../../src/verdict/verdict.ts';
import { makeTree, type Tree } from '../suite/tree.ts';

/** What the hosts of the small suite answer, by typed line. */
const answers: Readonly<Record<string, string>> = { 'echo hello': 'hello\n', 'echo world': 'world\n' };

function recordsOf({ plan }: LibreswanScenario, said: Readonly<Record<string, string>>): Uint8Array {
  const hosts = plan.topology.hosts.map(({ name }) => name);
  const frames: Frame[] = [];
  const type = (host: number, step: number, line: string): void => {
    const time = BigInt(frames.length);
    frames.push({ type: recordType.commandBegin, host, time, payload: numbered(step, line) });
    frames.push({ type: recordType.output, host, time, payload: Buffer.from(said[line] ?? '') });
    frames.push({ type: recordType.commandEnd, host, time, payload: numbered(0, plan.cwd) });
  };
  for (const [step, { kind, host, line }] of plan.steps.entries()) {
    if (kind === 'command') type(hosts.indexOf(host), step, line);
  }
  for (const host of hosts.keys()) type(host, 0xffffffff, plan.postMortem ?? '');
  return encodeRecords(hosts, [...frames, { type: recordType.labEnd, time: 99n }]);
}

interface Attempt {
  readonly runDir: string;
  readonly dir: string;
  readonly loaded: LibreswanScenario;
}

/** An attempt's folder as a run leaves it, inside of the tree's folder. */
async function makeAttempt(
  tree: Tree,
  said = answers,
  end: AttemptFile['end'] = { word: 'completed' },
): Promise<Attempt> {
  const loaded = await tree.open().load('hello');
  const runDir = join(tree.dir, 'run');
  const dir = join(runDir, 'attempts/libreswan/hello/0');
  mkdirSync(dir, { recursive: true });
  storeScenario(runDir, dir, loaded);
  writeFileSync(join(dir, 'records'), recordsOf(loaded, said));
  mkdirSync(join(dir, 'links'));
  for (const { name } of loaded.plan.topology.links) {
    writeFileSync(join(dir, 'links', `${name}.pcapng`), writeCapture({ links: [{ name, packets: [] }] }));
  }
  const identity = { id: 'x', sha256: '0' };
  const file: AttemptFile = {
    version: 1,
    suite: 'libreswan',
    name: 'hello',
    attempt: 0,
    hosts: loaded.plan.topology.hosts.map(({ name }) => name),
    inputs: { kernel: identity, images: {}, suite: identity, versions: {} },
    end,
    time: { started: '', wallMs: 0, bootMs: 0, labCpuMs: 0, virtualNs: '0' },
  };
  writeFileSync(join(dir, 'attempt.json'), JSON.stringify(file));
  return { runDir, dir, loaded };
}

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

const damages: readonly (readonly [string, (dir: string, runDir: string) => void, string])[] = [
  ['attempt.json is missing', (dir) => rmSync(join(dir, 'attempt.json')), 'unreadable-file'],
  ['scenario.json is cut', (dir) => writeFileSync(join(dir, 'scenario.json'), '{"version":'), 'unreadable-file'],
  [
    'scenario.json is of another version',
    (dir) => writeFileSync(join(dir, 'scenario.json'), '{"version":2}'),
    'unreadable-file',
  ],
  ['records are missing', (dir) => rmSync(join(dir, 'records')), 'record-damage'],
  [
    'records are torn',
    (dir) => writeFileSync(join(dir, 'records'), readFileSync(join(dir, 'records')).subarray(0, 200)),
    'record-damage',
  ],
  ['records are garbage', (dir) => writeFileSync(join(dir, 'records'), 'garbage garbage garbage'), 'record-damage'],
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
