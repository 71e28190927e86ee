import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { baselineSchema } from '../../src/model/results.ts';
import { skip } from './lab.ts';

/** Every so many-th scenario, in the suite's order. */
const every = 25;

test('a sample of the conformance suite passes on the tested kernel', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-conformance-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'results.json');
  const line = ['run', 'conformance', '--shard', `1/${every}`, '--reporter', `dot,json=${file}`, '--output', dir];
  const result = await run(process.execPath, [join(projectDir, 'src/cli/main.ts'), ...line]);
  assert.ok(result.status === 0, `exit status ${result.status}\n${result.stdout}${result.stderr}`);
  const { results } = baselineSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  assert.ok(results.length > 5);
  assert.deepEqual([...new Set(results.map(({ word }) => word))], ['passed']);
});
