import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { withTraps } from '../hostile/traps.ts';

const { why } = withTraps('true', [], '');
const skip = why === undefined ? false : `no mount namespaces here: ${why}`;

/** What is noticed of a line of JavaScript that runs behind traps. */
function noticed(line: string): string {
  const module = JSON.stringify(join(projectDir, 'test/hostile/traps.ts'));
  const script = `import fs from 'node:fs'; import { spawnSync } from 'node:child_process';
    const { Traps } = await import(${module}); const traps = new Traps(); ${line}; console.log(traps.sprung() ?? 'nothing');`;
  const { command, args, env } = withTraps(process.execPath, ['--input-type=module', '-e', script], 'the secret');
  const { stdout, stderr } = spawnSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return stdout.trim();
}

const touches: Readonly<Record<string, readonly [line: string, path: string]>> = {
  'a file that is read': ['fs.readFileSync("/etc/passwd")', '/etc/passwd'],
  'a folder that is listed': ['fs.readdirSync("/etc")', '/etc'],
  'a file that is written': ['fs.writeFileSync("/srv/new", "x")', '/srv, /srv/new'],
  'a program that reads one': ['spawnSync("cat", ["/srv/.ssh/id_ed25519"])', '/srv/.ssh/id_ed25519'],
};

for (const [what, [line, path]] of Object.entries(touches)) {
  test(`fuzz tests notice ${what}`, { skip }, () => {
    assert.equal(noticed(line), `places of the machine were read or changed: ${path}`);
  });
}

test('fuzz tests take what every program reads for nothing', { skip }, () => {
  assert.equal(noticed('spawnSync("sed", ["--version"]); spawnSync("git", ["--version"])'), 'nothing');
});
