import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../../src/base/errors.ts';
import { chosenColumns } from '../../../../../src/suites/scenarios/probes/columns.ts';
import { probeStacks } from '../../../../../src/suites/scenarios/probes/probe-lab.ts';

test('a column that there is not is refused before any lab, with those that there are', async () => {
  const never = (): never => assert.fail('a lab ran');
  await assert.rejects(
    () => probeStacks({ stacks: ['xfrm', 'vpp'], supplyOf: never, progress: never }),
    (error) =>
      error instanceof EspalierError &&
      error.fault === 'usage' &&
      error.message === 'there is no stack vpp' &&
      /xfrm, xfrm-interface, vti, pfkey, libipsec, linux-6\.1, linux-6\.12, none/.test(error.detail.remedy ?? ''),
  );
});

test('where there are no machines, their columns are absent with the reason, unless somebody named one', () => {
  const all = chosenColumns(undefined);
  assert.deepEqual(
    all.chosen.filter(({ machine }) => machine !== undefined).map(({ name }) => name),
    ['linux-6.1', 'linux-6.12'],
  );
  const without = chosenColumns(undefined, 'no QEMU');
  assert.deepEqual(
    without.chosen.map(({ name }) => name),
    ['xfrm', 'xfrm-interface', 'vti', 'pfkey', 'libipsec', 'none'],
  );
  assert.deepEqual(without.absent.slice(0, 2), [
    { name: 'linux-6.1', reason: 'no QEMU' },
    { name: 'linux-6.12', reason: 'no QEMU' },
  ]);
  assert.deepEqual(without.absent.slice(2), all.absent);
  assert.throws(() => chosenColumns(['xfrm', 'linux-6.1'], 'no QEMU'), /linux-6\.1: no QEMU/);
  assert.deepEqual(chosenColumns(['xfrm'], 'no QEMU').absent, all.absent);
});
