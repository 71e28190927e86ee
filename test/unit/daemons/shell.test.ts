import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { waitFor, waitForEnd } from '../../../src/daemons/shell.ts';

/** A line in a shell as hosts have it, whose naps take no time. */
function bash(line: string): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync('bash', ['-c', line.replace('sleep 0.1', ':')], { encoding: 'utf8' });
  return { status, stdout };
}

test('a wait is the line that stored runs have', () => {
  assert.equal(
    waitFor('ask it', '/var/log/a', '/var/log/b'),
    'tries=0; until ask it > /dev/null 2>&1 || (( ++tries > 300 )); do sleep 0.1; done; (( tries <= 300 )) || ( tail -q -n 15 /var/log/a /var/log/b 2> /dev/null; false )',
  );
});

test('a wait ends well and without a word as soon as its command succeeds', () => {
  assert.deepEqual(bash(waitFor('(( tries == 3 ))', '/nowhere')), { status: 0, stdout: '' });
});

test('a wait that is in vain fails with the ends of the logs', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-wait-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const log = join(dir, 'log');
  writeFileSync(log, Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join(''));
  const { status, stdout } = bash(waitFor('false', log, join(dir, 'none')));
  assert.equal(status, 1);
  assert.deepEqual(
    stdout.split('\n').slice(0, -1),
    Array.from({ length: 15 }, (_, index) => `line ${index + 6}`),
  );
});

test('a wait for the end of a program is over where none runs', () => {
  assert.deepEqual(bash(waitForEnd('no-such-program')), { status: 0, stdout: '' });
});
