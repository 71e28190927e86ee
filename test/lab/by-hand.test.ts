/** What people bring as files works like what is declared: by-hand/by-hand.scenario.ts, with every daemon. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

test('connections in files are initiated, listed and terminated by their names there; files and output are read', {
  skip,
}, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-by-hand-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'by-hand'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  assert.equal(ran.status, 0, `${ran.stdout}${ran.stderr}`);
});
