/** `espalier stacks` on real labs: what each stack can do. A cell that becomes another is a change of a daemon, of the kernel, or of a probe. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { imageStore } from '../../src/supply/image/image.ts';
import { backends } from '../conformance/backends.ts';
import { skip } from './lab.ts';

const names = ['xfrm', 'xfrm-interface', 'vti', 'pfkey', 'libipsec', 'none'];

/** Words of these columns. */
const expected: Readonly<Record<string, string>> = {
  'IKE listens on UDP 500 and 4500': 'yes yes yes yes yes no',
  'source address of what goes into the tunnel': 'yes no no yes yes no',
  'the stack has an interface of its own': 'no yes yes no yes no',
  'a new address of an interface is noticed': 'yes yes yes yes yes no',
  'SAs are in the kernel': 'yes yes yes yes no no',
  'policies are in the kernel': 'yes yes yes yes no no',
  'an SPI is reserved before the SA is there': 'yes yes yes yes yes no',
  'packets and octets of an SA are counted': 'yes yes yes yes yes no',
  'an SA that expires is reported': 'yes yes yes yes yes no',
  'a packet without an SA asks for one (acquire)': 'yes yes yes yes yes no',
  'SAs move to another address (migrate)': 'yes yes no no no no',
  'Neighbour Discovery works beside a tunnel to the neighbour': 'yes unknown unknown yes no unknown',
  'it is found out whether the device offloads ESP': 'yes yes yes no no no',
  'an address that two connections need stays until both are gone': 'yes yes yes yes yes no',
  'the daemon installs routes to the peer’s networks': 'yes no no yes yes no',
};

/** That of PF_KEY is built from source, which no test waits for. */
const built = imageStore.list().some(({ facts }) => facts.name === 'debian-trixie-strongswan-built');

const machines = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
/** Two more images, and labs of some minutes: only where somebody asks for QEMU's machines. */
const skipMachines =
  machines === undefined || machines.sample ? 'ESPALIER_CONFORMANCE=qemu tries it' : (machines.missing ?? false);

/** The table of some columns. */
async function tableOf(names: readonly string[]): Promise<StackTable> {
  const main = join(projectDir, 'src/cli/main.ts');
  const { status, stdout, stderr } = await run(process.execPath, [
    main,
    'stacks',
    '--stack',
    names.join(','),
    '--json',
  ]);
  assert.equal(status, 0, String(stderr));
  return JSON.parse(String(stdout)) as StackTable;
}

test('every stack answers as it is known to', { skip }, async () => {
  const asked = names.filter((name) => built || name !== 'pfkey');
  const { columns, rows } = await tableOf(asked);
  assert.deepEqual(
    columns.map(({ name }) => name),
    asked,
  );
  for (const { operation, cells } of rows) {
    const words = expected[operation]?.split(' ') ?? [];
    assert.deepEqual(
      asked.map((name) => cells[name]?.word),
      asked.map((name) => words[names.indexOf(name)]),
      operation,
    );
  }
  assert.equal(rows.length, Object.keys(expected).length);
});

test('Debian’s kernels answer as the lab’s does', { skip: skipMachines }, async () => {
  const { rows } = await tableOf(['linux-6.1', 'linux-6.12']);
  for (const { operation, cells } of rows) {
    const words = Object.values(cells).map(({ word }) => word);
    const [usual = ''] = expected[operation]?.split(' ') ?? [];
    assert.deepEqual(words, [usual, usual], operation);
  }
});
