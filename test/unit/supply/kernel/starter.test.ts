import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnd, type WalledEnd } from '../../../../src/supply/kernel/starter.ts';

const table: readonly (readonly [title: string, output: string, how: string, errors: string, end: WalledEnd])[] = [
  ['a kernel that exits', 'started\nexit 3\ncpu 2500\n', 'exit code 0', '', { status: '3', cpuMs: 2.5 }],
  ['a kernel that is killed', 'started\nsignal 9\ncpu 1000\n', 'exit code 0', '', { status: 'SIGKILL', cpuMs: 1 }],
  [
    'a lab that is ended for what it wrote',
    'started\nrefused the quota is full\nsignal 9\ncpu 0\n',
    'exit code 0',
    '',
    { status: 'SIGKILL', cpuMs: 0, refused: 'the quota is full' },
  ],
  [
    'a kernel that cannot be executed, which says so after it was let go',
    'started\nfailed /kernel: Permission denied\ncpu 0\n',
    'exit code 0',
    '',
    { status: 'none', cpuMs: 0, failed: '/kernel: Permission denied' },
  ],
  [
    'walls that cannot be built',
    'cpu 0\n',
    'exit code 0',
    'mount tmpfs: Permission denied\n',
    { status: 'none', cpuMs: 0, failed: "the lab's keeper died: mount tmpfs: Permission denied" },
  ],
  [
    'a starter that fails before it starts anything',
    '',
    'exit code 1',
    'the driver is gone\n',
    { status: 'none', cpuMs: 0, failed: "the lab's starter ended with exit code 1: the driver is gone" },
  ],
  [
    'a keeper that dies while the lab runs',
    'started\ncpu 7000\n',
    'exit code 0',
    '',
    { status: 'none', cpuMs: 7, lost: "the lab's keeper died" },
  ],
  [
    'a starter that is killed while the lab runs',
    'started\n',
    'SIGKILL',
    '',
    { status: 'none', cpuMs: 0, lost: "the lab's starter ended with SIGKILL" },
  ],
  [
    'a starter that gives up while the lab runs',
    'started\n',
    'exit code 1',
    'poll: Cannot allocate memory\n',
    { status: 'none', cpuMs: 0, lost: "the lab's starter ended with exit code 1: poll: Cannot allocate memory" },
  ],
];
for (const [title, output, how, errors, end] of table) {
  test(`the end is read of ${title}`, () => assert.deepEqual(readEnd(output, { how, errors }), end));
}
