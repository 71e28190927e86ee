import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { issueOf } from '../../../src/model/issue-kinds.ts';
import type { RunOptions } from '../../../src/model/run.ts';
import { verdictOf } from '../../../src/model/verdict.ts';
import { RunFolder } from '../../../src/store/run-folder.ts';
import { rebuildResults } from '../../../src/store/run-results.ts';

const entry = { suite: 'examples', name: 'psk', status: 'good', hosts: ['east', 'west'] };
const key = { suite: 'examples', name: 'psk', attempt: 0 };

/** The frozen run, whose one test passed, in a folder of its own. */
function frozenRun(t: TestContext, options: Partial<RunOptions> = {}): RunFolder {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-run-folder-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  cpSync(join(projectDir, 'test/frozen/run'), dir, { recursive: true });
  const file = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...file, options: { ...file.options, ...options } }));
  return RunFolder.open(dir);
}

const wordOf = (folder: RunFolder): string | undefined => rebuildResults(folder).results[0]?.word;

test('a verdict without the attempt.json that it follows from is unresolved', (t) => {
  const folder = frozenRun(t);
  assert.equal(wordOf(folder), 'passed');
  rmSync(join(folder.attemptDir(key), 'attempt.json'));
  assert.equal(wordOf(folder), 'unresolved');
  assert.deepEqual(
    folder.judged(entry).map(({ verdict: { issues } }) => issues),
    [[issueOf('unreadable-file', { file: 'attempt.json', message: 'does not exist' })]],
  );
  assert.deepEqual(folder.finished(entry), []);
  assert.deepEqual(folder.toJudge(entry), [{ attempt: 0, dir: folder.attemptDir(key) }]);
});

test('a verdict that says why there was no lab needs none, and is not judged again', (t) => {
  const folder = frozenRun(t);
  const refusal = verdictOf(issueOf('no-lab', { message: 'no room' }));
  folder.writeRefusal(key, refusal);
  assert.deepEqual(folder.judged(entry), [{ attempt: 0, verdict: refusal }]);
  assert.deepEqual(folder.toJudge(entry), []);
  folder.writeVerdict(key, { ...refusal, issues: [...refusal.issues, ...refusal.issues] });
  assert.deepEqual(folder.toJudge(entry), [{ attempt: 0, dir: folder.attemptDir(key) }]);
});

test('an attempt without both was never over', (t) => {
  const folder = frozenRun(t);
  rmSync(join(folder.attemptDir(key), 'attempt.json'));
  rmSync(join(folder.attemptDir(key), 'verdict.json'));
  assert.deepEqual([folder.judged(entry), folder.toJudge(entry)], [[], []]);
});

test('a test of which a planned attempt is gone has no result', (t) => {
  assert.equal(rebuildResults(frozenRun(t, { repeatEach: 2 })).complete, false);
  const folder = frozenRun(t, { repeatEach: 2 });
  cpSync(folder.attemptDir(key), folder.attemptDir({ ...key, attempt: 1 }), { recursive: true });
  assert.equal(wordOf(folder), 'passed');
  rmSync(folder.attemptDir(key), { recursive: true });
  assert.deepEqual(rebuildResults(folder).pending, [{ suite: 'examples', name: 'psk' }]);
});
