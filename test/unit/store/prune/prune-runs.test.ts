import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { sha256, writeAtomic } from '../../../../src/base/files.ts';
import { packAttempt } from '../../../../src/store/attempt-archive.ts';
import { attemptFileNames, readAttemptFile } from '../../../../src/store/attempt-files.ts';
import type { PruneLimits } from '../../../../src/store/prune/plan.ts';
import { pruneRuns } from '../../../../src/store/prune/prune-runs.ts';
import { RunFolder } from '../../../../src/store/run-folder.ts';
import { lockRun } from '../../../../src/store/run-lock.ts';
import { rebuildResults } from '../../../../src/store/run-results.ts';
import { writeSampleRun } from '../index/sample-run.ts';

const now = new Date('2026-06-01T00:00:00Z');
const tidy: PruneLimits = { keepRuns: 1, onlyNewest: false, remove: false };
const all: PruneLimits = { keepRuns: 0, onlyNewest: true, remove: false };

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-prune-'));
  t.after(() => {
    for (const name of readdirSync(dir))
      if (existsSync(join(dir, name, 'closed'))) chmodSync(join(dir, name, 'closed'), 0o755);
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

const prune = (runs: string, limits: PruneLimits, dryRun = false) => pruneRuns(runs, { limits, dryRun, now });

type Words = Parameters<typeof writeSampleRun>[1]['words'];

/** A run whose attempts refer to inputs: each to one of its own, all to a common one. */
function sample(runs: string, id: string, words: Words): string {
  writeSampleRun(runs, { id, words });
  const dir = join(runs, id);
  for (const name of [...Object.keys(words), 'common', 'unused']) {
    writeAtomic(join(dir, 'inputs', sha256(name)), name);
    const scenario = join(dir, 'attempts/s', name, '0/scenario.json');
    if (existsSync(scenario)) writeAtomic(scenario, JSON.stringify({ expected: [sha256(name), sha256('common')] }));
  }
  return dir;
}

const attemptOf = (dir: string, name: string): string => join(dir, 'attempts/s', name, '0');

/** All files below a folder with their bytes, but for those of locks. */
function snapshot(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.endsWith('/lock'));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(path, 'latin1')]));
}

test('without a limit passes are packed, what nothing refers to goes, and results stay as they are', async (t) => {
  const runs = folder(t);
  const dir = sample(runs, '2026-01-01', { a: 'passed', b: 'minor' });
  mkdirSync(join(attemptOf(dir, 'b'), 'lab'));
  writeFileSync(join(dir, 'results.json.77-0123abcd.tmp'), 'half');
  const before = rebuildResults(RunFolder.open(dir));
  const untouched = snapshot(runs);
  await prune(runs, tidy, true);
  assert.deepEqual(snapshot(runs), untouched);
  const outcome = await prune(runs, tidy);
  const { packed, leftovers, inputs, action } = outcome.runs[0] ?? {};
  assert.deepEqual([packed, leftovers, inputs, action], [1, 2, 1, 'kept']);
  assert.deepEqual(readdirSync(attemptOf(dir, 'a')).sort(), ['artifacts.tar.zst', 'attempt.json', 'verdict.json']);
  assert.deepEqual(readdirSync(attemptOf(dir, 'b')).sort(), [
    'attempt.json',
    'links',
    'records',
    'scenario.json',
    'verdict.json',
  ]);
  assert.deepEqual(rebuildResults(RunFolder.open(dir)), before);
  const done = snapshot(runs);
  const again = await prune(runs, tidy);
  assert.deepEqual(snapshot(runs), done);
  assert.deepEqual([again.before, again.after], [outcome.after, outcome.after]);
});

test('a thinned run keeps results, verdicts and all of what did not pass', async (t) => {
  const runs = folder(t);
  const dir = sample(runs, '2026-01-01', { a: 'passed', b: 'leak' });
  const before = rebuildResults(RunFolder.open(dir));
  const failed = snapshot(attemptOf(dir, 'b'));
  const outcome = await prune(runs, all);
  assert.equal(outcome.runs[0]?.action, 'thinned');
  assert.deepEqual(rebuildResults(RunFolder.open(dir)), before);
  assert.deepEqual(snapshot(attemptOf(dir, 'b')), failed);
  assert.deepEqual(readdirSync(attemptOf(dir, 'a')).sort(), ['attempt.json', 'pruned.json', 'verdict.json']);
  assert.throws(() => readAttemptFile(attemptOf(dir, 'a'), 'records'), /pruned on 2026-06-01 by --keep-runs 0/);
  assert.equal(attemptFileNames(attemptOf(dir, 'a')).size, 0);
  assert.deepEqual(readdirSync(join(dir, 'inputs')).sort(), [sha256('b'), sha256('common')].sort());
  const later = await pruneRuns(runs, { limits: all, dryRun: false, now: new Date('2027-01-01') });
  assert.equal(later.runs[0]?.action, 'kept');
  assert.throws(() => readAttemptFile(attemptOf(dir, 'a'), 'records'), /pruned on 2026-06-01/);
});

test('a run in use is left alone, and says by whom', async (t) => {
  const runs = folder(t);
  const dir = sample(runs, '2026-01-01', { a: 'passed' });
  const before = snapshot(runs);
  {
    using _lock = await lockRun(dir, 'run');
    for (const dryRun of [true, false]) {
      const { runs: told } = await prune(runs, { ...all, remove: true }, dryRun);
      assert.equal(told[0]?.spared, `in use: \`espalier run\`, process ${process.pid}`);
    }
    await assert.rejects(lockRun(dir, 'judge'), /is in use: `espalier run`, process \d+$/);
  }
  assert.deepEqual(snapshot(runs), before);
});

test('removing takes whole runs, and completes what a killed process began', async (t) => {
  const runs = folder(t);
  sample(runs, '2026-01-01', { a: 'minor' });
  sample(runs, '2026-01-02', { a: 'minor' });
  mkdirSync(join(runs, '.pruned-2025-01-01/attempts'), { recursive: true });
  await prune(runs, { keepRuns: 1, onlyNewest: true, remove: true });
  assert.deepEqual(readdirSync(runs), ['2026-01-02']);
});

test('a run that cannot be read is left alone and told, and costs no other', async (t) => {
  const runs = folder(t);
  sample(runs, '2026-01-01', { a: 'passed' });
  sample(runs, '2026-01-02', { a: 'passed' });
  appendFileSync(join(runs, '2026-01-01/run.json'), 'x');
  const { runs: told } = await prune(runs, all);
  assert.deepEqual(
    told.map(({ action, trouble }) => [action, trouble]),
    [
      ['kept', true],
      ['thinned', undefined],
    ],
  );
});

/** What a folder may hold that nobody can enter, or not to its end. */
const hostile: Readonly<Record<string, (dir: string) => void>> = {
  'folders without end': (dir) => mkdirSync(join(dir, 'd/'.repeat(80)), { recursive: true }),
  'a folder that nobody may enter': (dir) => {
    mkdirSync(join(dir, 'closed/in'), { recursive: true });
    chmodSync(join(dir, 'closed'), 0);
  },
};

/** Gives a folder to an ordinary user, to whom modes mean something, and goes on as that one until disposed of. */
function asOrdinaryUser(dir: string): Disposable {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    for (const name of ['.', ...readdirSync(dir, { recursive: true }).map(String)])
      chownSync(join(dir, name), 65534, 65534);
    process.seteuid?.(65534);
  }
  return { [Symbol.dispose]: () => void process.seteuid?.(process.getuid?.() ?? 0) };
}

async function pruneAsUser(runs: string) {
  using _user = asOrdinaryUser(runs);
  return await prune(runs, { ...all, remove: true });
}

for (const [what, make] of Object.entries(hostile)) {
  for (const place of ['2026-01-01', '.pruned-2025-01-01']) {
    test(`${what} in ${place} cost no other run`, async (t) => {
      const runs = folder(t);
      const others = ['2026-01-01', '2026-01-02'].map((id) => sample(runs, id, { a: 'passed' }));
      mkdirSync(join(runs, place), { recursive: true });
      make(join(runs, place));
      const { runs: told, troubles } = await pruneAsUser(runs);
      assert.equal(existsSync(others[1] ?? ''), false);
      assert.deepEqual(
        told.map(({ action, trouble }) => [action, trouble]),
        [place === '2026-01-01' ? ['kept', true] : ['removed', undefined], ['removed', undefined]],
      );
      assert.equal(troubles.length, place === '2026-01-01' ? 0 : 1);
    });
  }
}

test('inputs stay where an attempt that may need them cannot be read', async (t) => {
  const runs = folder(t);
  const dir = sample(runs, '2026-01-01', { a: 'minor' });
  writeFileSync(join(attemptOf(dir, 'a'), 'artifacts.tar.zst'), 'garbage');
  rmSync(join(attemptOf(dir, 'a'), 'scenario.json'));
  await prune(runs, all);
  assert.equal(readdirSync(join(dir, 'inputs')).length, 3);
});

const word = fc.constantFrom('passed', 'minor', 'unresolved', 'leak') as fc.Arbitrary<Words[string]>;

test('whatever is stored and pruned, and wherever it was killed, all that a result refers to is there, and results are the same', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ words: fc.array(word, { minLength: 1, maxLength: 3 }), packed: fc.boolean() }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.record({ keepRuns: fc.nat(2), onlyNewest: fc.boolean(), remove: fc.constant(false) }),
      fc.nat(12),
      async (made, limits, cut) => {
        const runs = folder(t);
        const dirs: string[] = [];
        for (const [at, { words, packed }] of made.entries()) {
          const dir = sample(
            runs,
            `2026-01-0${at + 1}`,
            Object.fromEntries(words.map((one, index) => [`t${index}`, one])),
          );
          dirs.push(dir);
          for (const [index, one] of words.entries()) {
            if (packed && one === 'passed') await packAttempt(attemptOf(dir, `t${index}`));
          }
        }
        const before = dirs.map((dir) => rebuildResults(RunFolder.open(dir)));
        await killedAfter(runs, limits, cut);
        check(dirs, before);
        await prune(runs, limits);
        check(dirs, before);
        const done = snapshot(runs);
        await prune(runs, limits);
        assert.deepEqual(snapshot(runs), done);
      },
    ),
    { numRuns: 25 },
  );
});

/** Prunes a copy, and gives the original the first changes only: as many files gone, or new, as `cut`; marks and archives come first. */
async function killedAfter(runs: string, limits: PruneLimits, cut: number): Promise<void> {
  const before = snapshot(runs);
  await prune(runs, limits);
  const after = snapshot(runs);
  const added = Object.keys(after).filter((path) => before[path] === undefined);
  const removed = Object.keys(before).filter((path) => after[path] === undefined);
  for (const path of removed.slice(Math.max(0, cut - added.length)))
    writeAtomic(path, Buffer.from(before[path] ?? '', 'latin1'));
  // A mark or an archive stands before the first file of its attempt goes.
  const whole = added
    .slice(cut)
    .filter(
      (path) =>
        !removed
          .slice(0, Math.max(0, cut - added.length))
          .some((gone) => gone.startsWith(path.slice(0, path.lastIndexOf('/')))),
    );
  for (const path of whole) rmSync(path);
}

function check(dirs: readonly string[], before: readonly unknown[]): void {
  for (const [at, dir] of dirs.entries()) {
    const folderOf = RunFolder.open(dir);
    const results = rebuildResults(folderOf);
    assert.deepEqual(results, before[at]);
    for (const result of results.results.filter((one) => one.word !== 'passed')) {
      const attempt = folderOf.attemptDir({ ...result, attempt: 0 });
      assert.equal(readAttemptFile(attempt, 'records')?.length, 4000);
      assert.equal(readAttemptFile(attempt, 'links/n.pcapng')?.length, 9000);
      const { expected } = JSON.parse(readAttemptFile(attempt, 'scenario.json')?.toString() ?? '') as {
        expected: string[];
      };
      for (const hash of expected) assert.ok(existsSync(join(dir, 'inputs', hash)));
    }
  }
}
