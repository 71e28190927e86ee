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

/** Commands and what they print; `undefined`: whatever it is, it is the same on both kernels. */
const course: readonly (readonly [command: string, printed: string | undefined])[] = [
  ...memory.map((name) => [`python3 /root/changes.py ${name}`, `${name} True\n`] as const),
  ['python3 /root/changes.py namespace', 'namespace True\n'],
  ['python3 /root/changes.py clocks', 'clocks True\n'],
  ['setarch -R cat /proc/self/maps', undefined],
  ['ulimit -c unlimited; setarch -R sleep 5 & sleep 1; kill -SEGV $!; wait $!; ls core*sleep* | wc -l', undefined],
  ['gdb -batch -nx -ex bt /usr/bin/sleep core*sleep* 2>&1 | grep ^#', undefined],
  ["python3 -c \"print(open(__import__('glob').glob('core*sleep*')[0], 'rb').read().count(b'\\x7fELF'))\"", undefined],
];

async function outputsOn(kernel?: string): Promise<string[]> {
  const files = [{ host: 'east', path: '/root/changes.py', mode: 0o644, content: script }];
  const lines = course.map(([command]) => `east: ${command}`);
  const ran = await runLab(lines, { change: { files, memory: 256 }, ...(kernel !== undefined && { kernel }) });
  return ran.commands.map(({ output }) => output);
}

test('memory and clocks are those of an unchanged kernel', { skip }, async (t) => {
  const changed = await outputsOn();
  for (const [index, [command, printed]] of course.entries()) {
    if (printed !== undefined) assert.equal(changed[index], printed, command);
  }
  assert.match(changed.at(-2) ?? '', /^#1 .* in \S*clock_nanosleep /m, 'a backtrace out of the core file');
  const plain = presentKernel({ plain: true });
  if (plain === undefined)
    return t.diagnostic('the cache holds no kernel without the changes (`espalier kernel build --plain`)');
  assert.deepEqual(changed, await outputsOn(plain.path));
});
