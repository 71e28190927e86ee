/** The changes in kernel/patches are for speed: what programs see of memory and clock is the same with and without them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';
import { runLab, skip } from './lab.ts';

const script = readFileSync(join(import.meta.dirname, 'kernel-changes.py'));

const memory = [
  'af_alg',
  'vmsplice',
  'other_memory',
  'private_writes',
  'shared_writes',
  'end_of_file',
  'mapping_over_mapping',
  'protection',
  'execution',
];

/** Commands, and what they print in the end where that is known; all of it is the same on both kernels. */
const commands: readonly (readonly [command: string, printed: RegExp])[] = [
  ...memory.map((name) => [`python3 /root/changes.py ${name}`, new RegExp(`^${name} True\n$`)] as const),
  ['python3 /root/changes.py namespace', /^namespace True\n$/],
  ['python3 /root/changes.py clocks', /^(?:[\d(), ]*\n){600,}clocks True\n$/],
  ['setarch -R cat /proc/self/maps', /./],
  ['ulimit -c unlimited; setarch -R sleep 5 & sleep 1; kill -SEGV $!; wait $!; ls core*sleep* | wc -l', /\n1\n$/],
  ['gdb -batch -nx -ex bt /usr/bin/sleep core*sleep* 2>&1 | grep ^#', /^#1 .* in \S*clock_nanosleep /m],
  [
    "python3 -c \"print(open(__import__('glob').glob('core*sleep*')[0], 'rb').read().count(b'\\x7fELF'))\"",
    /^[1-9]\d*\n$/,
  ],
];

async function outputsOn(kernel?: string): Promise<string[]> {
  const files = [{ host: 'east', path: '/root/changes.py', mode: 0o644, content: script }];
  const lines = commands.map(([command]) => `east: ${command}`);
  const ran = await runLab(lines, { change: { files, memory: 256 }, ...(kernel !== undefined && { kernel }) });
  return ran.commands.map(({ output }) => output);
}

let changed: Promise<string[]> | undefined;

test('memory and clocks are what programs expect on a changed kernel', { skip }, async () => {
  changed ??= outputsOn();
  for (const [index, output] of (await changed).entries()) {
    const [command = '', printed = /./] = commands[index] ?? [];
    assert.match(output, printed, command);
  }
});

const plain = presentKernel({ plain: true });
const noPlain = plain ? false : 'the cache holds no kernel without the changes (`espalier kernel build --plain`)';

test('an unchanged kernel gives programs the same bytes and readings', { skip: skip || noPlain }, async () => {
  changed ??= outputsOn();
  const [ours, theirs] = [await changed, await outputsOn(plain?.path)];
  assert.equal(theirs.length, commands.length);
  for (const [index, [command]] of commands.entries()) assert.equal(ours[index], theirs[index], command);
});
