/** Scenarios that check nothing are judged by what they leave behind: green/green.scenario.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { skip } from './lab.ts';

test('a packet in clear, a warning of the kernel and half an SA are no green', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-green-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'green'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  assert.equal(ran.status, 1, `${ran.stdout}${ran.stderr}`);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  const words = ['a packet past its policy', 'a warning of the kernel', 'half an SA for two hours'].map((name) => {
    const file = join(output, id, 'attempts/green', encodeURIComponent(name), '0/verdict.json');
    return verdictSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).word;
  });
  assert.deepEqual(words, ['leak', 'crash', 'major'], String(ran.stdout));
});
