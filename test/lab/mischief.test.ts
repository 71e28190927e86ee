import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { kinds } from '../mischief/kinds.ts';
import { skip } from './lab.ts';

test('no lab is green in which something went wrong on purpose, one of each kind', {
  skip,
  timeout: 900_000,
}, async () => {
  const check = join(projectDir, 'test/mischief/check.ts');
  const drawn = ['--suites', 'libreswan,strongswan,time', '--count', String(kinds.length), '--seed', '1'];
  const { status, stdout, stderr } = await run(process.execPath, [check, ...drawn]);
  assert.equal(status, 0, `${stdout}${stderr}`);
});
