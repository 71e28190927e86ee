/** A real run of examples:psk, replayed and shown in Wireshark. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

const output = mkdtempSync(join(tmpdir(), 'espalier-replay-'));
after(() => rmSync(output, { recursive: true, force: true }));

async function espalier(...args: readonly string[]) {
  const main = join(projectDir, 'src/cli/main.ts');
  const { status, stdout, stderr } = await run(process.execPath, [main, ...args, '--output', output]);
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

const tshark = await run('tshark', ['--version']).then(
  ({ status }) => status === 0,
  () => false,
);

before(async () => {
  if (skip !== false) return;
  const kernel = process.env.ESPALIER_KERNEL;
  const ran = await espalier(
    'run',
    'examples:psk',
    '--seed',
    '3',
    ...(kernel === undefined ? [] : ['--kernel', kernel]),
  );
  assert.equal(ran.status, 0, ran.stdout + ran.stderr);
});

test('a replay of a real lab gives the same bytes', { skip }, async () => {
  const { status, stdout, stderr } = await espalier('replay', 'latest', 'examples:psk');
  assert.match(stdout, /^the same bytes: \d+ records, [1-9]\d* captures\n$/, stderr);
  assert.equal(status, 0);
});

const noTshark = tshark ? skip : 'tshark is not installed';

test('tshark shows ESP of a real lab in clear', { skip: noTshark }, async () => {
  const merged = await espalier('pcap', 'latest', 'examples:psk', '-o', join(output, 'psk.pcapng'));
  assert.equal(merged.status, 0, merged.stderr);
  const fields = '-Y esp -T fields -e esp.pad_len -e icmp.type';
  const shown = await run('sh', ['-c', `${merged.stdout.trim()} ${fields}`]);
  const packets = shown.stdout.toString().trim().split('\n');
  assert.ok(packets.length >= 2, merged.stdout);
  for (const packet of packets) assert.match(packet, /^\d+\t[08]$/, 'padding and an ICMP echo are seen');
});
