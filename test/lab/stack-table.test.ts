/** `espalier stacks` on real labs: what each stack can do. A cell that becomes another is a change of a daemon, of the kernel, or of a probe. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { skip } from './lab.ts';

/** Words of xfrm, xfrm-interface, vti, libipsec and none. PF_KEY needs an image that is built from source, which no test here waits for. */
const expected: Readonly<Record<string, string>> = {
  'IKE listens on UDP 500 and 4500': 'yes yes yes yes no',
  'source address of what goes into the tunnel': 'yes no no yes no',
  'the stack has an interface of its own': 'no yes yes yes no',
  'a new address of an interface is noticed': 'yes yes yes yes no',
  'SAs are in the kernel': 'yes yes yes no no',
  'policies are in the kernel': 'yes yes yes no no',
  'an SPI is reserved before the SA is there': 'yes yes yes yes no',
  'packets and octets of an SA are counted': 'yes yes yes yes no',
  'an SA that expires is reported': 'yes yes yes yes no',
  'a packet without an SA asks for one (acquire)': 'yes yes yes yes no',
  'SAs move to another address (migrate)': 'yes yes no no no',
  'Neighbour Discovery works beside a tunnel to the neighbour': 'yes unknown unknown no unknown',
  'it is found out whether the device offloads ESP': 'yes yes yes no no',
  'an address that two connections need stays until both are gone': 'yes yes yes yes no',
  'the daemon installs routes to the peer’s networks': 'yes no no yes no',
};

test('every stack answers as it is known to', { skip }, async () => {
  const main = join(projectDir, 'src/cli/main.ts');
  const ran = await run(process.execPath, [
    main,
    'stacks',
    '--stack',
    'xfrm,xfrm-interface,vti,libipsec,none',
    '--json',
  ]);
  const { columns, rows } = JSON.parse(String(ran.stdout)) as StackTable;
  const names = columns.map(({ name }) => name);
  assert.deepEqual(names, ['xfrm', 'xfrm-interface', 'vti', 'libipsec', 'none']);
  const words = rows.map(({ operation, cells }) => [operation, names.map((name) => cells[name]?.word).join(' ')]);
  assert.deepEqual(Object.fromEntries(words), expected);
});
