import assert from 'node:assert/strict';
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { walkTree } from '../hostile/walk-tree.ts';
import { passing, reference, Sandbox } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo fine\n', 'east.console.txt': reference('east', ['echo fine', 'other\n']) };

/** A sandbox with a stored run that somebody could have handed over, and files of the person's beside it. */
async function handedOver(t: TestContext): Promise<{ box: Sandbox; run: string }> {
  const box = new Sandbox(t).add({ good: passing(), bad: failing, other: failing });
  await box.run('--seed', '3');
  for (const name of ['file', 'dir/a', 'dir/data/b', `dir/${'7'.repeat(64)}`]) box.write(`victim/${name}`, 'precious');
  return { box, run: `espalier-runs/${box.runs()[0]}` };
}

/** All that a person would miss: names, contents, times, modes. */
function stateOf(dir: string): string {
  const names = readdirSync(dir, { recursive: true }).map(String).sort();
  return names
    .map((name) => {
      const path = join(dir, name);
      const { mode, mtimeMs, ctimeMs, size } = lstatSync(path);
      const content = lstatSync(path).isFile() ? readFileSync(path, 'latin1') : '';
      return [name, mode, mtimeMs, ctimeMs, size, content].join(' ');
    })
    .join('\n');
}

/** Files that hold a text: reports are handed on. Links are not entered. */
function filesWith(dir: string, text: string): string[] {
  const paths = walkTree(dir).map((name) => join(dir, name));
  return paths.filter((path) => lstatSync(path).isFile() && readFileSync(path).includes(text));
}

const attemptOf = (run: string, name: string): string => `${run}/attempts/libreswan/${name}/0`;

type Expectation = { host: string; file: string };
type StoredJson = { expectations?: Expectation[] };

/** Writes a JSON file anew. */
function edit(box: Sandbox, path: string, change: (content: StoredJson) => unknown): void {
  const content = box.readJson(path) as StoredJson;
  change(content);
  box.write(path, JSON.stringify(content));
}

for (const [what, change] of [
  ['a console', (one?: Expectation) => Object.assign(one ?? {}, { file: '../../../../../../../victim/file' })],
  ['a host', (one?: Expectation) => Object.assign(one ?? {}, { host: '../../../../../../../victim/file' })],
] as const) {
  test(`judging writes nowhere else where the name of ${what} leads out of the run`, async (t) => {
    const { box, run } = await handedOver(t);
    edit(box, `${attemptOf(run, 'bad')}/scenario.json`, ({ expectations }) => change(expectations?.[0]));
    const [before, other] = [stateOf(join(box.dir, 'victim')), box.read(`${attemptOf(run, 'other')}/verdict.json`)];
    const { code, stdout, stderr } = await box.espalier('judge', 'latest');
    assert.equal(code, 1, stderr);
    assert.equal(stateOf(join(box.dir, 'victim')), before);
    assert.match(stdout, /scenario\.json.*is not the name of a file/);
    assert.match(box.read(`${attemptOf(run, 'bad')}/verdict.json`), /"word": "unresolved"/);
    assert.equal(box.read(`${attemptOf(run, 'other')}/verdict.json`), other);
  });
}

test('no file of the lab is read from elsewhere by the directory that a scenario names', async (t) => {
  const { box, run } = await handedOver(t);
  box.write('victim/OUTPUT/east.pluto.log', 'ASSERTION FAILED: a secret\n');
  edit(box, `${attemptOf(run, 'bad')}/scenario.json`, (scenario) =>
    Object.assign(scenario, { cwd: '/../../../../../../../victim' }),
  );
  const { stdout } = await box.espalier('judge', 'latest');
  assert.match(stdout, /is not an absolute path without/);
  assert.doesNotMatch(stdout, /secret/);
});

/** What a stranger may put in place of parts of a run: path → where it leads. `moved`: to the very thing, in another place. */
const links: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the lock': { 'RUN/lock': 'file' },
  'all attempts': { 'RUN/attempts': 'moved' },
  'derived files, inputs and parts of attempts': {
    'RUN/report': 'dir',
    'RUN/results.json': 'file',
    'RUN/results.jsonl': 'file',
    'RUN/inputs': 'dir',
    'RUN/attempts/libreswan/bad/0/derived': 'dir',
    'RUN/attempts/libreswan/bad/0/lab': 'dir',
    'RUN/attempts/libreswan/other/0/verdict.json': 'file',
    'RUN/attempts/libreswan/other/0/kernel.log': 'file',
    'RUN/attempts/libreswan/good/0': 'moved',
  },
};

const commands: readonly (readonly string[])[] = [
  ['judge', 'latest'],
  ['report', 'latest', '--full'],
  ['pcap', 'latest', 'libreswan:bad'],
  ['reindex'],
  ['prune', '--keep-runs', '0', '--remove'],
];

for (const [what, made] of Object.entries(links)) {
  test(`no command follows links in a run: ${what}`, async (t) => {
    const { box, run } = await handedOver(t);
    box.remove('espalier-runs/index.sqlite');
    box.remove(`${run}/report`);
    for (const [path, target] of Object.entries(made)) {
      const place = join(box.dir, path.replace('RUN', run));
      const leadsTo = join(box.dir, 'victim', target);
      if (target === 'moved') renameSync(place, leadsTo);
      else if (existsSync(place)) box.remove(path.replace('RUN', run));
      symlinkSync(leadsTo, place);
    }
    cpSync(join(box.dir, run), join(box.dir, 'handed-over'), { recursive: true, verbatimSymlinks: true });
    const before = stateOf(join(box.dir, 'victim'));
    for (const command of commands) {
      box.remove(run);
      cpSync(join(box.dir, 'handed-over'), join(box.dir, run), { recursive: true, verbatimSymlinks: true });
      const { stdout, stderr } = await box.espalier(...command);
      assert.equal(stateOf(join(box.dir, 'victim')), before, command.join(' '));
      assert.doesNotMatch(stdout + stderr, /precious|^ {4}at /m, command.join(' '));
      assert.deepEqual(filesWith(join(box.dir, 'espalier-runs'), 'precious'), [], command.join(' '));
    }
  });
}

test('a run that is a link is not in the folder of runs', async (t) => {
  const { box, run } = await handedOver(t);
  mkdirSync(join(box.dir, 'victim/run/attempts'), { recursive: true });
  box.write('victim/run/run.json', box.read(`${run}/run.json`));
  symlinkSync(join(box.dir, 'victim/run'), join(box.dir, 'espalier-runs/9999_linked'));
  const before = stateOf(join(box.dir, 'victim'));
  const { code, stdout } = await box.espalier('prune', '--keep-runs', '0', '--remove');
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /linked/);
  assert.equal(stateOf(join(box.dir, 'victim')), before);
});

test('an index that is a link is not opened: what it leads to stays', async (t) => {
  const { box } = await handedOver(t);
  renameSync(join(box.dir, 'espalier-runs/index.sqlite'), join(box.dir, 'victim/index.sqlite'));
  symlinkSync(join(box.dir, 'victim/index.sqlite'), join(box.dir, 'espalier-runs/index.sqlite'));
  const before = stateOf(join(box.dir, 'victim'));
  await box.run('libreswan:good');
  const { code, stdout, stderr } = await box.espalier('history', 'libreswan:good');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /passed/);
  assert.equal(stateOf(join(box.dir, 'victim')), before);
});

test('an index with views of a stranger is made again', async (t) => {
  const { box } = await handedOver(t);
  const database = new DatabaseSync(join(box.dir, 'espalier-runs/index.sqlite'));
  database.exec(
    'DROP TABLE inputs; CREATE VIEW inputs AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS sha256, x AS json FROM n',
  );
  database.close();
  const { code, stderr } = await box.espalier('history', 'libreswan:good');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /has tables that are not of Espalier: it is made again from 1 runs/);
});
