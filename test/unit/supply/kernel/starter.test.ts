import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { kernelProcess, readEnd, type Starter, type WalledEnd } from '../../../../src/supply/kernel/starter.ts';

const table: readonly (readonly [title: string, output: string, how: string, errors: string, end: WalledEnd])[] = [
  ['a kernel that exits', 'started 9\nexit 3\ncpu 2500\n', 'exit code 0', '', { status: '3', cpuMs: 2.5 }],
  ['a kernel that is killed', 'started 9\nsignal 9\ncpu 1000\n', 'exit code 0', '', { status: 'SIGKILL', cpuMs: 1 }],
  [
    'a lab that is ended for what it wrote',
    'started 9\nrefused the quota is full\nsignal 9\ncpu 0\n',
    'exit code 0',
    '',
    { status: 'SIGKILL', cpuMs: 0, refused: 'the quota is full' },
  ],
  [
    'a kernel that cannot be executed, which says so after it was let go',
    'started 9\nfailed /kernel: Permission denied\ncpu 0\n',
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
    'started 9\ncpu 7000\n',
    'exit code 0',
    '',
    { status: 'none', cpuMs: 7, lost: "the lab's keeper died" },
  ],
  [
    'a starter that is killed while the lab runs',
    'started 9\n',
    'SIGKILL',
    '',
    { status: 'none', cpuMs: 0, lost: "the lab's starter ended with SIGKILL" },
  ],
  [
    'a starter that gives up while the lab runs',
    'started 9\n',
    'exit code 1',
    'poll: Cannot allocate memory\n',
    { status: 'none', cpuMs: 0, lost: "the lab's starter ended with exit code 1: poll: Cannot allocate memory" },
  ],
];
for (const [title, output, how, errors, end] of table) {
  test(`the end is read of ${title}`, () => assert.deepEqual(readEnd(output, { how, errors }), end));
}

test('the kernel process is known by its number once it has started', async () => {
  const stdout = new PassThrough();
  const known = kernelProcess({ stdout } as unknown as Starter);
  stdout.write('started 47');
  stdout.write('11\nexit 0\n');
  assert.equal(await known, 4711);
});

test('a kernel that never started has no number', async () => {
  const stdout = new PassThrough();
  const known = kernelProcess({ stdout } as unknown as Starter);
  stdout.end('cpu 0\n');
  stdout.destroy();
  assert.equal(await known, undefined);
});
