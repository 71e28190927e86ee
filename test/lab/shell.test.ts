import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { ended } from '../e2e/sandbox.ts';
import { skip } from './lab.ts';

function shell(input: string, ...args: readonly string[]) {
  return shellOf('examples:psk', input, args);
}

function shellOf(scenario: string, input: string, args: readonly string[]) {
  const main = join(projectDir, 'src', 'cli', 'main.ts');
  const child = spawn(process.execPath, [main, 'shell', scenario, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
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

/** A function of five lines, the fourth of which fails. */
const failing = `import { expect, linux, scenario } from 'espalier';
scenario('fails', { hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } }, async ({ hosts }) => {
  await hosts.west.exec('touch /tmp/one');
  await expect(hosts.west).toReach(hosts.east);
  await hosts.west.exec('touch /tmp/two');
  await expect(hosts.west).toHaveIpsecSas(2, { within: '1h' });
  await hosts.west.exec('touch /tmp/three');
});
`;

/** Where the shell opens, what is told of it, and which of the function's files are there. */
const openings: readonly (readonly [args: readonly string[], told: RegExp, files: string])[] = [
  [[], /\(3 commands run\)\n\S+\.scenario\.ts:6: west: expected 2 IPsec SAs, received 0 IPsec SAs\n/, 'one two'],
  [['--before'], /^\(0 commands run\)\n\[root/, ''],
  [['--at', '2'], /\(2 commands run\)\nstopped before step 2\n/, 'one'],
];

test('a shell on a scenario file opens where a check fails, before the function, or before a step', {
  skip,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-shell-'));
  try {
    writeFileSync(join(dir, 'fails.scenario.ts'), failing);
    for (const [args, told, files] of openings) {
      const { code, stdout, stderr } = await shellOf(`${dir}:fails`, 'cd /tmp; echo there: $(ls)\n', args);
      assert.equal(code, 0, stderr);
      assert.match(stdout, told);
      assert.match(stdout.replaceAll('\r', ''), new RegExp(`^there:${files === '' ? '' : ` ${files}`}$`, 'm'));
    }
    const { code, stderr } = await shellOf(`${dir}:fails`, '', ['--at', 'fails.scenario.ts:3']);
    assert.equal(code, 3);
    assert.match(stderr, /--at fails\.scenario\.ts:3: a whole number from 0 is expected/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
