import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../../src/base/errors.ts';
import type { LabSupply } from '../../../../../src/lab/supply.ts';
import { probeStacks } from '../../../../../src/suites/scenarios/probes/probe-lab.ts';

test('a column that there is not is refused before any lab, with those that there are', async () => {
  await assert.rejects(
    () => probeStacks({} as LabSupply, { stacks: ['xfrm', 'vpp'], progress: () => assert.fail('a lab ran') }),
    (error) =>
      error instanceof EspalierError &&
      error.fault === 'usage' &&
      error.message === 'there is no stack vpp' &&
      /xfrm, xfrm-interface, vti, pfkey, libipsec/.test(error.detail.remedy ?? ''),
  );
});
