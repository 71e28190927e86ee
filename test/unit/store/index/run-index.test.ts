import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../src/base/deadline.ts';
import { projectDir } from '../../../../src/base/folders.ts';
import { indexFile, remakeIndex, withIndex } from '../../../../src/store/index/open-index.ts';
import { appendLiveResult, beginLiveResults } from '../../../../src/store/live-results.ts';
import { ended } from '../../../e2e/sandbox.ts';
import { sampleCost, writeSampleRun } from './sample-run.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-index-'));
  t.after(() => {
    chmodSync(dir, 0o755);
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

const count = (runs: string): Promise<number> => withIndex(runs, (index) => index.results('s').length);

test('a result is indexed with what it was fed with, and virtual time to the nanosecond', async (t) => {
  const runs = folder(t);
  writeSampleRun(runs, { id: 'r1', words: { a: 'minor' } });
  const [result] = await withIndex(runs, (index) => index.results('s', 'a'));
  assert.deepEqual(result, {
    run: { id: 'r1', started: 'r1', espalier: '0', command: 'espalier', scenarios: 1, complete: true },
    suite: 's',
    name: 'a',
    word: 'minor',
    upstream: 'minor',
    expected: false,
    adapted: false,
    categories: ['other'],
    attempts: 1,
    seed: '1',
    wallMs: 1500,
    cpuMs: 900,
    virtualNs: '9007199254740993',
    cost: sampleCost,
    inputs: { kernel: { id: 'k1', sha256: 'k1' }, images: {}, suite: { id: 's1', sha256: 's1' }, versions: {} },
  });
});

test('the index follows its files: new runs, runs judged again, runs removed, runs that are going on', async (t) => {
  const runs = folder(t);
  writeSampleRun(runs, { id: 'r1', words: { a: 'passed', b: 'passed' } });
  assert.equal(await count(runs), 2);
  const { results } = writeSampleRun(runs, { id: 'r2', words: { a: 'minor', b: 'passed' }, ended: false });
  assert.equal(await count(runs), 4, 'from attempts alone');
  beginLiveResults(join(runs, 'r2'), []);
  assert.equal(await count(runs), 2);
  for (const result of results.slice(0, 1)) appendLiveResult(join(runs, 'r2'), result);
  assert.equal(await count(runs), 3);
  writeSampleRun(runs, { id: 'r1', words: { a: 'major', b: 'passed' } });
  assert.deepEqual(await withIndex(runs, (index) => index.results('s', 'a').map(({ word }) => word)), [
    'major',
    'minor',
  ]);
  rmSync(join(runs, 'r1'), { recursive: true });
  assert.equal(await count(runs), 1);
});

const spoilt: Readonly<Record<string, (path: string) => void>> = {
  missing: (path) => rmSync(path),
  empty: (path) => writeFileSync(path, ''),
  'no database': (path) => writeFileSync(path, 'x'.repeat(5000)),
  'of an older version': (path) => {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 0; DROP TABLE results');
    database.close();
  },
};

for (const [state, spoil] of Object.entries(spoilt)) {
  test(`an index that is ${state} is made again by itself`, async (t) => {
    const runs = folder(t);
    for (const id of ['r1', 'r2']) writeSampleRun(runs, { id, words: { a: 'passed', b: 'minor' } });
    assert.equal(await count(runs), 4);
    spoil(join(runs, indexFile));
    assert.equal(await count(runs), 4);
    assert.equal(await remakeIndex(runs), 2);
  });
}

test('an index of a newer version is refused, and left as it is', async (t) => {
  const runs = folder(t);
  writeSampleRun(runs, { id: 'r1', words: { a: 'passed' } });
  await count(runs);
  const database = new DatabaseSync(join(runs, indexFile));
  database.exec('PRAGMA user_version = 99');
  database.close();
  await assert.rejects(count(runs), /was written by a newer Espalier/);
});

test('a run whose files cannot be read costs itself alone', async (t) => {
  const runs = folder(t);
  for (const id of ['r1', 'r2']) writeSampleRun(runs, { id, words: { a: 'passed' } });
  writeFileSync(join(runs, 'r1', 'run.json'), '{');
  writeFileSync(join(runs, 'r2', 'results.json'), 'torn');
  assert.equal(await count(runs), 1);
});

for (const [what, make] of Object.entries({
  'a link': (lock: string, mine: string) => symlinkSync(join(mine, 'made'), lock),
  'a FIFO': (lock: string) => void execFileSync('mkfifo', [lock]),
})) {
  test(`a lock of the index that is ${what} is nobody’s`, { timeout: 60_000 }, async (t) => {
    const [runs, mine] = [folder(t), folder(t)];
    writeSampleRun(runs, { id: 'r1', words: { a: 'passed' } });
    writeFileSync(join(runs, indexFile), 'garbage');
    make(join(runs, '.index.lock'), mine);
    assert.equal(await remakeIndex(runs), 1);
    assert.deepEqual(readdirSync(mine), []);
    assert.ok(lstatSync(join(runs, '.index.lock')).isFile());
  });
}

test('in a folder that only others may write to, what stands in place of the index stays', async (t) => {
  const runs = folder(t);
  writeSampleRun(runs, { id: 'r1', words: { a: 'passed' } });
  symlinkSync('elsewhere', join(runs, indexFile));
  chmodSync(runs, 0o555);
  const module = join(projectDir, 'src/store/index/open-index.ts');
  const script = `import(${JSON.stringify(module)}).then(({ withIndex }) => withIndex(${JSON.stringify(runs)}, (index) => console.log(index.results('s').length)))`;
  const ordinary = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
  const [program = '', ...args] = [...(process.getuid?.() === 0 ? ordinary : []), process.execPath, '-e', script];
  assert.equal(execFileSync(program, args, { encoding: 'utf8' }), '1\n');
  assert.ok(lstatSync(join(runs, indexFile)).isSymbolicLink());
});

/** A minute is what the project asks for; every test run can afford some seconds. */
const seconds = process.env.ESPALIER_INDEX_SECONDS ?? '3';

test('two writers and a reader lose no row, and no reader sees a part of a run', async (t) => {
  const runs = folder(t);
  const script = join(import.meta.dirname, 'writer.ts');
  // Ended with the test, however it ends.
  const { signal } = t;
  const writers = ['one', 'two'].map(
    (name): ChildProcess => spawn(process.execPath, [script, runs, name, seconds], { signal, killSignal: 'SIGKILL' }),
  );
  const all = Promise.all(writers.map(ended));
  let over = false;
  void all.then(() => {
    over = true;
  });
  let most = 0;
  await until(
    async () => {
      const seen = await withIndex(runs, (index) => index.results('s').map(({ run }) => run.id));
      assert.ok(seen.length % 3 === 0 && seen.length >= most, `${seen.length} rows after ${most}`);
      most = seen.length;
      return over;
    },
    { what: 'the writers', timeoutMs: (Number(seconds) + 120) * 1000, intervalMs: 5 },
  );
  const written = (await all).map(({ stdout, stderr, code }) => {
    assert.deepEqual({ code, stderr: stderr.replace(/^the index of .*\n/gm, '') }, { code: 0, stderr: '' });
    return Number(stdout);
  });
  const total = written.reduce((sum, one) => sum + one, 0);
  assert.ok(
    written.every((one) => one > 0),
    String(written),
  );
  assert.equal(await count(runs), 3 * total);
});
