import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { skip } from '../lab/lab.ts';
import { ended } from './sandbox.ts';

function shell(input: string, ...args: readonly string[]) {
  const main = join(projectDir, 'src', 'cli', 'main.ts');
  const child = spawn(process.execPath, [main, 'shell', 'examples:psk', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  return ended(child);
}

test('a shell runs the scenario and then what a pipe says, at the lab’s clock', { skip }, async () => {
  const { code, stdout, stderr } = await shell('ip -br link show lo | cut -c1-2\nsleep 7200\nfalse\necho over\n');
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^east# .*\(\d+ commands run\)\n/s);
  const said = stdout.slice(stdout.indexOf(' commands run)\n') + ' commands run)\n'.length).replaceAll('\r', '');
  const prompt = said.slice(0, said.indexOf('ip -br'));
  assert.match(prompt, /^\[root@east \S+\]# $/);
  const again = prompt.replace(']#', ' 1]#');
  assert.equal(
    said,
    `${prompt}ip -br link show lo | cut -c1-2\nlo\n${prompt}sleep 7200\n${prompt}false\n${again}echo over\nover\n${prompt}\n`,
  );
});

test('a shell stops before a step, and opens on the host asked for', { skip }, async () => {
  const { code, stdout } = await shell('hostname\nexit\necho never\n', '--at', '0', '--host', 'west');
  assert.equal(code, 0);
  assert.match(
    stdout.replaceAll('\r', ''),
    /^\(0 commands run\)\n\[root@west \S+\]# hostname\nwest\n.*# exit\nexit\n\n$/,
  );
});

test('a shell refuses a step and a host that there are not', { skip }, async () => {
  const step = await shell('', '--at', 'nothing.sh:3');
  assert.equal(step.code, 3);
  assert.match(step.stderr, /--at nothing\.sh:3: the scenario has no such step/);
  const host = await shell('', '--at', '0', '--host', 'road');
  assert.equal(host.code, 3);
  assert.match(host.stderr, /--host road: the hosts are east, west/);
});
