/** Decoding vici: vici.scenario.ts compares what charon, swanctl and the kernel say about one lab. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

test('vici, swanctl and the kernel say the same of one lab', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-vici-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'vici.scenario.ts'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  assert.equal(ran.status, 0, `${ran.stdout}${ran.stderr}`);
});
