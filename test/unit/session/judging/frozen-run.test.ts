import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import { judgeAttempt } from '../../../../src/session/judging/judge-attempt.ts';
import { jsonText, RunFolder } from '../../../../src/store/run-folder.ts';
import { rebuildResults } from '../../../../src/store/run-results.ts';

const frozen = join(projectDir, 'test/frozen/run');
const attempt = 'attempts/examples/psk/0';

/** A copy of the frozen run; removed after the test. */
function copyRun(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'espalier-frozen-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const runDir = join(parent, 'run');
  cpSync(frozen, runDir, { recursive: true });
  return runDir;
}

test('a run that was stored earlier is judged to the same bytes today', async (t) => {
  const runDir = copyRun(t);
  rmSync(join(runDir, attempt, 'derived'), { recursive: true });
  rmSync(join(runDir, attempt, 'verdict.json'));
  await judgeAttempt(join(runDir, attempt), { runDir, cache: false });
  const derived = [
    'verdict.json',
    'derived/observed.json',
    ...['console.txt', 'console.verbose.txt', 'console.diff'].map((one) => `derived/west.${one}`),
  ];
  for (const file of derived) {
    const path = join(attempt, file);
    assert.equal(readFileSync(join(runDir, path), 'latin1'), readFileSync(join(frozen, path), 'latin1'), path);
  }
  assert.equal(jsonText(rebuildResults(RunFolder.open(runDir))), readFileSync(join(frozen, 'results.json'), 'utf8'));
});

test('an adaptation that this version does not have makes the verdict unresolved, with its name', async (t) => {
  const runDir = copyRun(t);
  const file = join(runDir, attempt, 'scenario.json');
  const stored = JSON.parse(readFileSync(file, 'utf8'));
  stored.expectations[0].rewrites.push('renamed-since');
  writeFileSync(file, jsonText(stored));
  const { word, issues } = await judgeAttempt(join(runDir, attempt), { runDir, cache: false });
  assert.equal(word, 'unresolved');
  assert.deepEqual(
    issues.map((issue) => [issue.kind, issue.file, issue.message]),
    [
      [
        'unreadable-file',
        'scenario.json',
        'needs the adaptation "renamed-since", which this version of Espalier does not have',
      ],
    ],
  );
});
