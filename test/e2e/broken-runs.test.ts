import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as expiry } from 'node:timers/promises';
import { type Ended, ended, passing, reference, Sandbox } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo fine\n', 'east.console.txt': reference('east', ['echo fine', 'other\n']) };

/** Puts one thing of a run in place of another. */
type Breaking = (box: Sandbox, run: string) => void;

const special = (box: Sandbox, path: string, kind: 'fifo' | 'folder'): void => {
  if (kind === 'fifo') execFileSync('mkfifo', [join(box.dir, path)]);
  else mkdirSync(join(box.dir, path));
};

const instead =
  (name: string, content: 'fifo' | 'folder' | { readonly text: string }): Breaking =>
  (box, run) => {
    box.remove(`${run}/${name}`);
    if (typeof content === 'string') special(box, `${run}/${name}`, content);
    else box.write(`${run}/${name}`, content.text);
  };

const results =
  (change: object): Breaking =>
  (box, run) => {
    const content = box.readJson(`${run}/results.json`) as { results: { attempts: { time: object }[] }[] };
    Object.assign(content.results[0]?.attempts[0]?.time ?? {}, change);
    box.write(`${run}/results.json`, JSON.stringify(content));
  };

/** Broken runs by what their ids end in. */
const breakings: Readonly<Record<string, Breaking>> = {
  fifo: instead('run.json', 'fifo'),
  folder: instead('run.json', 'folder'),
  null: instead('run.json', { text: 'null' }),
  torn: instead('run.json', { text: '{"version":1' }),
  'results-fifo': instead('results.json', 'fifo'),
  'results-folder': instead('results.json', 'folder'),
  'not-a-number': results({ virtualNs: 'soon' }),
  'too-large': results({ virtualNs: '99999999999999999999' }),
  'text-for-number': results({ wallMs: 'x' }),
};

async function brokenRuns(t: TestContext): Promise<{ readonly box: Sandbox; readonly good: string }> {
  const box = new Sandbox(t).add({ good: passing(), bad: failing });
  await box.run('--seed', '3');
  const good = box.runs()[0] ?? '';
  for (const [name, breaking] of Object.entries(breakings)) {
    const run = `espalier-runs/2020-01-01_${name}`;
    cpSync(join(box.dir, 'espalier-runs', good), join(box.dir, run), { recursive: true });
    breaking(box, run);
  }
  return { box, good };
}

/** A command that has to end within a time that no honest one needs. */
async function within(child: ChildProcess): Promise<Ended> {
  const late = expiry(60_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  const found = await Promise.race([ended(child), late.then(() => ended(child))]);
  assert.doesNotMatch(found.stderr, /^ {4}at /m);
  return found;
}

test('broken runs cost themselves: the others have their history, index, report and pruning', async (t) => {
  const { box, good } = await brokenRuns(t);
  const history = await within(box.start('history', 'libreswan:good'));
  assert.equal(history.code, 0, history.stderr);
  assert.match(history.stdout, new RegExp(good.slice(0, 10)));
  for (const name of ['fifo', 'folder', 'null', 'torn'])
    assert.match(
      history.stderr,
      new RegExp(`^warning: run 2020-01-01_${name} is not in the index: .*run\\.json: `, 'm'),
    );
  assert.equal((await within(box.start('reindex'))).code, 0);
  const report = await within(box.start('report', good, '--history'));
  assert.equal(report.code, 0, report.stderr);
  const pruned = await within(box.start('prune', '--json'));
  assert.equal(pruned.code, 2, 'some runs cannot be read');
  const { runs } = JSON.parse(pruned.stdout) as { runs: { id: string; trouble?: boolean; packed: number }[] };
  assert.equal(runs.find(({ id }) => id === good)?.trouble, undefined);
  assert.equal(runs.length, Object.keys(breakings).length + 1);
});

test('serve answers for every run that can be read, and lives', async (t) => {
  const { box, good } = await brokenRuns(t);
  const server = box.start('serve', '--port', '0');
  t.after(() => server.kill());
  const address = await new Promise<string>((resolve) => {
    server.stdout?.on('data', (text) => resolve(String(text).trim()));
  });
  const status = async (path: string): Promise<number> => (await fetch(`${address}${path}`)).status;
  for (const path of [
    '',
    'data/runs.js',
    'data/compare.js',
    'data/history.js?suite=libreswan',
    'api/runs',
    'api/suites',
  ])
    assert.equal(await status(path), 200, path);
  assert.equal(await status(`runs/${good}/data/run.js`), 200);
  for (const name of ['fifo', 'folder', 'null', 'torn'])
    assert.equal(await status(`runs/2020-01-01_${name}/data/run.js`), 500, name);
  assert.equal(await status(`runs/${good}/data/run.js`), 200);
  assert.equal(server.exitCode, null);
});

test('a test of any name runs, and has a folder of its own', async (t) => {
  const [long, other] = ['長'.repeat(84), `${'長'.repeat(83)}短`];
  const box = new Sandbox(t).add({ [long]: passing(), [other]: passing(), short: passing() });
  const { code, stderr } = await box.run('--reporter', 'json=out.json');
  assert.equal(code, 0, stderr);
  assert.deepEqual((box.readJson('out.json') as { totals: object }).totals, { passed: 3 });
  assert.equal((await box.espalier('judge', 'latest')).code, 0);
});

test('a folder that cannot be written is one line, and exit code 2', async (t) => {
  const box = new Sandbox(t).add({ good: passing() });
  for (const output of ['/proc/espalier-runs', 'testing/kvm/vm/east.xml/runs']) {
    const { code, stderr } = await box.run('--output', output);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /: (cannot be made|is a file, not a folder)/);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  }
});

test('--resume makes again what a full disk left unresolved', async (t) => {
  const box = new Sandbox(t).add({ good: passing(), bad: failing });
  await box.run('--seed', '3');
  const [good, bad] = ['good', 'bad'].map((name) => `espalier-runs/${box.runs()[0]}/attempts/libreswan/${name}/0`);
  const issue = { kind: 'no-lab', word: 'unresolved', message: 'ENOSPC: no space left on device, write' };
  const verdict = {
    version: 2,
    word: 'unresolved',
    upstream: 'unresolved',
    issues: [issue],
    adapted: [],
    passesOnlyAdapted: false,
  };
  box.remove(good ?? '');
  box.write(`${good}/verdict.json`, JSON.stringify(verdict));
  const before = box.read(`${bad}/records`);
  const { code, stderr } = await box.espalier('run', '--resume', 'latest', '--reporter', 'json=out.json');
  assert.equal(code, 1, stderr);
  assert.deepEqual((box.readJson('out.json') as { totals: object }).totals, { minor: 1, passed: 1 });
  assert.equal(box.read(`${bad}/records`), before);
});

test('names of runs are printed without what a terminal would obey', async (t) => {
  const { box, good } = await brokenRuns(t);
  cpSync(join(box.dir, 'espalier-runs', good), join(box.dir, 'espalier-runs', '2021\x1b[2J\x07_x'), {
    recursive: true,
  });
  box.write('espalier-runs/2021\x1b[2J\x07_x/run.json', '{');
  for (const command of [['history', 'libreswan'], ['prune'], ['judge', '2021'], ['run', '--resume', '2021']]) {
    const { stdout, stderr } = await box.espalier(...command);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(stdout + stderr, /[\x00-\x08\x0b-\x1f]/, command.join(' '));
    assert.match(stdout + stderr, /2021\\x1b\[2J\\x07_x/, command.join(' '));
  }
});
