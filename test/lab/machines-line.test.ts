/** What the driver writes to a machine arrives whole, however long it is and whatever its last bytes are: machines/line-stress.ts, which takes more boots and messages by hand. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/base/processes.ts';
import { backends } from '../conformance/backends.ts';

const machines = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
const skip =
  machines === undefined || machines.sample ? 'ESPALIER_CONFORMANCE=qemu tries it' : (machines.missing ?? false);

test('a plan and two hundred messages of odd sizes are read to their last byte', { skip }, async (t) => {
  const script = join(import.meta.dirname, 'machines/line-stress.ts');
  const { status, stdout, stderr } = await run(process.execPath, [script, '1', '200', '1']);
  t.diagnostic(String(stdout).trim());
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(String(stdout), /^1 plans and 200 messages of \d{7,} bytes in all were read/);
});
