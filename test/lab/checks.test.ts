/** Every check on a real lab: checks/checks.scenario.ts. Its checks that have to fail are issues of its verdict, and nothing else is. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { skip } from './lab.ts';

test('checks of counters, files, routes, ports, SAs, logs and deaths hold and fail on real hosts', {
  skip,
}, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-checks-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'checks'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  const verdictOf = (name: string) => {
    const file = join(output, id, 'attempts/checks', encodeURIComponent(name), '0/verdict.json');
    return verdictSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  };
  const kinds = (name: string) => verdictOf(name).issues.map(({ kind }) => kind);
  assert.deepEqual(kinds('network'), ['check-reach', 'check-reach', 'check-reach'], String(ran.stdout));
  assert.deepEqual(kinds('SAs and logs'), ['check-sas', 'check-log', 'check-log', 'check-value'], String(ran.stdout));
});
