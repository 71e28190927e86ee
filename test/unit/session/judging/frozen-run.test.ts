import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import { judgeAttempt } from '../../../../src/session/judging/judge-attempt.ts';
import { jsonText, RunFolder } from '../../../../src/store/run-folder.ts';

const frozen = join(projectDir, 'test/frozen/run');
const attempt = 'attempts/examples/psk/0';

test('a run that was stored earlier is judged to the same bytes today', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'espalier-frozen-'));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  const runDir = join(parent, 'run');
  cpSync(frozen, runDir, { recursive: true });
  rmSync(join(runDir, attempt, 'derived'), { recursive: true });
  rmSync(join(runDir, attempt, 'verdict.json'));
  await judgeAttempt(join(runDir, attempt), { runDir, cache: false });
  const derived = [
    'verdict.json',
    ...['console.txt', 'console.verbose.txt', 'console.diff'].map((one) => `derived/west.${one}`),
  ];
  for (const file of derived) {
    const path = join(attempt, file);
    assert.equal(readFileSync(join(runDir, path), 'latin1'), readFileSync(join(frozen, path), 'latin1'), path);
  }
  assert.equal(jsonText(RunFolder.open(runDir).rebuild()), readFileSync(join(frozen, 'results.json'), 'utf8'));
});
