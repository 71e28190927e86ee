import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AttemptSettings, settingsFor } from '../../../src/lab/attempt.ts';
import type { Substrate } from '../../../src/lab/substrate/substrate.ts';
import { nothing } from '../../../src/lab/supply.ts';
import type { Clock, LabPlan } from '../../../src/model/scenario.ts';

const substrate = { name: 'test', traits: { virtualTime: true, seeds: true, captures: true } } as Substrate;
const settings: AttemptSettings = {
  substrate,
  kernel: nothing,
  kernelOf: async (flavour) => ({ ...nothing, id: flavour }),
  seed: 7n,
};

function scenario(clock?: Clock) {
  return { plan: (clock === undefined ? {} : { clock }) as LabPlan, images: {} };
}

test('only where computing takes no time a seed is promised', async () => {
  const seeds = [undefined, 'infinite', 'cpu', 'real'] as const;
  const got = await Promise.all(seeds.map(async (clock) => (await settingsFor(scenario(clock), settings)).seed));
  assert.deepEqual(got, [7n, 7n, undefined, undefined]);
});

test('a scenario gets the kernel flavour that it needs', async () => {
  assert.equal((await settingsFor(scenario(), settings)).kernel.id, 'none');
  assert.equal((await settingsFor({ ...scenario(), flavour: 'selftests' }, settings)).kernel.id, 'selftests');
});
