import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { unpackAttempt } from '../../src/store/attempt-archive.ts';
import { ended, normal, passing, reference, Sandbox } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo fine\n', 'east.console.txt': reference('east', ['echo fine', 'other\n']) };
const slow = { 'eastinit.sh': 'fake: wall 300000\n', 'east.console.txt': reference('east', ['fake: wall 300000']) };
const date = /pruned on \d{4}-\d\d-\d\d by --keep-runs 0/;

const attempt = (box: Sandbox, name: string): string => `espalier-runs/${box.runs()[0]}/attempts/libreswan/${name}/0`;

test('what is pruned is said to be pruned by every command, and results, history and failures stay', async (t) => {
  const box = new Sandbox(t).add({ good: passing(), bad: failing });
  await box.run('--seed', '3');
  const run = `espalier-runs/${box.runs()[0]}`;
  const [results, history] = [
    box.read(`${run}/results.json`),
    (await box.espalier('history', 'libreswan:good')).stdout,
  ];
  const bad = ['verdict.json', 'records', 'derived/east.console.diff'].map((name) =>
    box.read(`${attempt(box, 'bad')}/${name}`),
  );
  const verdict = box.read(`${attempt(box, 'good')}/verdict.json`);

  const pruned = await box.espalier('prune', '--keep-runs', '0');
  assert.match(normal(pruned.stdout), /^RUN {2}thinned by --keep-runs 0, 1 passing attempts without artifacts now/);
  assert.equal(pruned.code, 0, pruned.stderr);
  assert.deepEqual(readdirSync(join(box.dir, attempt(box, 'good'))).sort(), [
    'attempt.json',
    'pruned.json',
    'verdict.json',
  ]);

  const judged = await box.espalier('judge', 'latest');
  assert.match(judged.stderr, /^attempts that keep their verdicts: 1, pruned on .* by --keep-runs 0$/m);
  assert.equal(judged.code, 1);
  assert.equal(box.read(`${run}/results.json`), results);
  assert.equal(box.read(`${attempt(box, 'good')}/verdict.json`), verdict);
  assert.deepEqual(
    ['verdict.json', 'records', 'derived/east.console.diff'].map((name) => box.read(`${attempt(box, 'bad')}/${name}`)),
    bad,
  );

  assert.equal((await box.espalier('report', 'latest', '--full')).code, 0);
  const pages = readdirSync(join(box.dir, run, 'report/data/test')).map((name) =>
    box.read(`${run}/report/data/test/${name}`),
  );
  assert.equal(pages.filter((page) => date.test(page)).length, 1);
  assert.equal((await box.espalier('history', 'libreswan:good')).stdout, history);
  for (const command of ['pcap', 'replay']) {
    const { code, stderr } = await box.espalier(command, 'latest', 'libreswan:good');
    assert.match(stderr, /attempt 0 of libreswan:good, run .*, was pruned on .* by --keep-runs 0\n {2}-> /, command);
    assert.equal(code, 3);
  }
  assert.match(
    (await box.espalier('accept', 'latest', 'libreswan:good', '--facts', '--yes')).stderr,
    /good: refused: pruned on/,
  );
  assert.equal((await box.espalier('pcap', 'latest', 'libreswan:bad')).code, 0);
});

test('runs of earlier versions are packed, a dry run does nothing, and --json is for programs', async (t) => {
  const box = new Sandbox(t).add({ good: passing() });
  await box.run();
  const dir = join(box.dir, attempt(box, 'good'));
  await unpackAttempt(dir);
  const plain = readdirSync(dir).sort();
  const dry = await box.espalier('prune', '--dry-run', '--json');
  const { version, runs } = JSON.parse(dry.stdout) as { version: number; runs: { packed: number; action: string }[] };
  assert.deepEqual([version, runs.map(({ packed, action }) => [packed, action])], [1, [[1, 'kept']]]);
  assert.deepEqual(readdirSync(dir).sort(), plain);
  assert.equal((await box.espalier('prune')).code, 0);
  assert.deepEqual(readdirSync(dir).sort(), ['artifacts.tar.zst', 'attempt.json', 'verdict.json']);
  assert.equal((await box.espalier('judge', 'latest')).code, 0);
  assert.deepEqual(readdirSync(dir).sort(), ['artifacts.tar.zst', 'attempt.json', 'verdict.json']);
  assert.equal((await box.espalier('prune', '--max-size', '1K', '--keep-runs', '0')).code, 1);
});

test('a reference that changes what a packed test is unpacks and packs it', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  await box.run();
  const packed = () => existsSync(join(box.dir, attempt(box, 'one'), 'artifacts.tar.zst'));
  assert.ok(packed());
  box.add({ one: failing });
  assert.equal((await box.espalier('judge', 'latest', '--suite', 'testing')).code, 1);
  assert.ok(!packed() && existsSync(join(box.dir, attempt(box, 'one'), 'derived/east.console.diff')));
  box.add({ one: passing() });
  assert.equal((await box.espalier('judge', 'latest', '--suite', 'testing')).code, 0);
  assert.ok(packed());
});

test('an archive that cannot be read costs its test, and no other', async (t) => {
  const box = new Sandbox(t).add({ good: passing(), hurt: passing() });
  await box.run();
  writeFileSync(join(box.dir, attempt(box, 'hurt'), 'artifacts.tar.zst'), 'garbage');
  const { code, stdout } = await box.espalier('judge', 'latest', '--reporter', 'list');
  assert.match(stdout, /^unresolved +libreswan:hurt .*\n(?:.*\n)*? +artifacts\.tar\.zst: cannot be read/m);
  assert.match(stdout, /^passed +libreswan:good/m);
  assert.equal(code, 1);
  assert.equal((await box.espalier('report', 'latest', '--full')).code, 0);
});

test('a run in use is refused to others until its process is gone, however it went', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), slow });
  const child = box.start('run', '--substrate', 'fake', '--suite', 'testing', '-j', '2');
  const run = await until(
    () => {
      const id = existsSync(join(box.dir, 'espalier-runs')) ? box.runs()[0] : undefined;
      return id !== undefined && existsSync(join(box.dir, 'espalier-runs', id, 'attempts/libreswan/slow/0/records'))
        ? id
        : undefined;
    },
    { what: 'the run to be under way', timeoutMs: 30_000 },
  );
  for (const args of [
    ['run', '--resume', run],
    ['judge', run],
  ]) {
    const { code, stderr } = await box.espalier(...args);
    assert.match(stderr, new RegExp(`is in use: \`espalier run\`, process ${child.pid}\n.*kill ${child.pid}`));
    assert.equal(code, 2);
  }
  const { code, stdout } = await box.espalier('prune', '--keep-runs', '0', '--remove');
  assert.match(normal(stdout), new RegExp(`^RUN {2}in use: \`espalier run\`, process ${child.pid}`));
  assert.equal(code, 0);
  assert.equal((await box.espalier('report', run)).code, 0, 'a report of what there is so far');
  const end = ended(child);
  child.kill('SIGKILL');
  await end;
  box.add({ slow: passing() });
  assert.equal((await box.espalier('run', '--resume', run)).code, 0);
  assert.equal((await box.espalier('prune', '--keep-runs', '0', '--remove')).code, 0);
  assert.deepEqual(box.runs(), []);
});

test('a run that a replay or a baseline refers to is not removed while that stays', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  await box.run('--seed', '1');
  const [first = ''] = box.runs();
  assert.equal((await box.espalier('replay', first, 'libreswan:one')).code, 0);
  const { stdout } = await box.espalier('prune', '--keep-runs', '1', '--remove');
  assert.match(normal(stdout), /^RUN {2}thinned by --keep-runs 1, run RUN refers to it/);
  assert.equal(box.runs().length, 2);
  await box.run('--baseline', first);
  await box.espalier('prune', '--keep-runs', '1', '--remove');
  assert.deepEqual([box.runs().length, box.runs()[0]], [2, first]);
});

test('limits that cannot be meant are refused', async (t) => {
  const box = new Sandbox(t);
  for (const args of [
    ['--older-than', '30'],
    ['--max-size', '20'],
    ['--max-size', '1d'],
    ['--keep-runs', '-1'],
    ['--remove'],
    [],
  ]) {
    assert.equal((await box.espalier('prune', ...args)).code, 3, args.join(' '));
  }
});
