import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';

/** Prints the address of every module that a program loads to standard error. */
const hook = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load: (url, context, next) => (process._rawDebug(url), next(url, context)) });
`)}`;

/** Files that a command line loads, below the project. */
function loadedBy(...words: readonly string[]): string[] {
  const args = ['--import', hook, join(projectDir, 'src/cli/main.ts'), ...words];
  const command = `"$0" "$@" 2>&1 >/dev/null`;
  const loaded = execFileSync('sh', ['-c', command, process.execPath, ...args], { encoding: 'utf8', timeout: 60_000 });
  return loaded.split('\n').filter((url) => url.startsWith('file:'));
}

test('help loads no package but commander, and nothing of what the commands do', () => {
  const files = loadedBy('run', '--help');
  assert.ok(files.some((url) => url.endsWith('/src/cli/run.ts')));
  const expected = /\/node_modules\/commander\/|\/src\/(?:cli|base)\//;
  assert.deepEqual(
    files.filter((url) => !expected.test(url)),
    [],
  );
});

test('a list loads nothing that runs labs, judges or reports, and no package but commander', () => {
  const files = loadedBy('list', 'examples');
  assert.ok(files.some((url) => url.endsWith('/src/suites/libreswan/libreswan.ts')));
  const unneeded = /\/src\/(?:judge|report|evidence|results|daemons|connection|farm)\/|\/start-lab\.ts$/;
  assert.deepEqual(
    files.filter((url) => unneeded.test(url) || (url.includes('/node_modules/') && !url.includes('/commander/'))),
    [],
  );
});
