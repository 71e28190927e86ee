import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultIn, faultInFile } from '../../../../../src/lab/substrate/uml/kernel-log.ts';

const bus = '[   60.000000] Bus error - the host /dev/shm or /tmp mount likely just ran out of space';
const panic = '[   60.000000] Kernel panic - not syncing: Kernel mode signal 7';
const read = '[   60.4] I/O error, dev loop0, sector 41720 op 0x0:(READ) flags 0x800 phys_seg 9 prio class 2';
const full = {
  fault: 'out-of-memory',
  detail: 'the folder of its memory is full: /memory (ESPALIER_TMP names another)',
  byMachine: true,
};
const unread = {
  fault: 'lab-died',
  detail: 'an image could not be read, or the folder of its memory is full: /memory',
  byMachine: true,
};

const table: readonly (readonly [title: string, lines: readonly string[], fault: object])[] = [
  ['nothing', ['[    0.0] 0.00 BogoMIPS (lpj=1)', 'epollctl add err fd 7, Operation not permitted'], {}],
  ['a full folder of memory, which panics the kernel', [bus, panic], full],
  ['a full folder of memory, met by a read', [read, bus, panic], full],
  ['an image that cannot be read', [read], unread],
  ['an image that cannot be read, and a panic of it', [panic, read], unread],
  ['a write of a test to a device of its own', [read.replace('0x0:(READ)', '0x1:(WRITE)')], {}],
  ['a read of another device', [read.replace('loop0', 'nbd0')], {}],
  [
    'a panic',
    ['[ 1.0] Kernel panic - not syncing: Fatal exception'],
    { fault: 'panic', detail: 'Kernel panic - not syncing: Fatal exception' },
  ],
  [
    'a kernel that does not boot, and panics',
    ['VFS: Cannot open root device "x"', panic],
    { fault: 'boot-failed', detail: 'VFS: Cannot open root device "x"' },
  ],
  [
    'a process that the kernel ends for its memory',
    ['Out of memory: Killed process 12 (dd)'],
    { fault: 'out-of-memory', detail: 'Out of memory: Killed process 12 (dd)' },
  ],
];

for (const [title, lines, fault] of table) {
  test(`a kernel log says of ${title}`, () => assert.deepEqual(faultIn(lines.join('\n'), '/memory'), fault));
}

test('a log that is not there says nothing', () => {
  assert.deepEqual(faultInFile('/nowhere/kernel.log', '/memory'), {});
});
