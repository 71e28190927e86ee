import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import type { LabPlan } from '../../../../src/model/scenario.ts';
import { flavourNames, wantedConfig } from '../../../../src/supply/kernel/flavours.ts';
import { kernelPatches } from '../../../../src/supply/kernel/patches.ts';
import { hashOfRecipe, patchesOf, recipeOf } from '../../../../src/supply/kernel/recipe.ts';
import { refuseOtherTime } from '../../../../src/supply/kernel/time-and-cpus.ts';

type Asked = Pick<LabPlan, 'clock' | 'cpus'>;

/** What a lab that asks for this is refused with on a kernel of such options; `undefined`: it may start. */
function refusal(asked: Asked, config: ReadonlyMap<string, string>): string | undefined {
  try {
    refuseOtherTime(asked, config);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof EspalierError && error.fault === 'scenario', String(error));
    return error.message;
  }
}

const [standard, smp, silent] = [wantedConfig('standard'), wantedConfig('smp'), new Map<string, string>()];

test('several CPUs are had with the clock real and a kernel that has them, and virtual time by a kernel that has it', () => {
  const several = { clock: 'real', cpus: 2 } as const;
  for (const [asked, config] of [
    [{}, standard],
    [{ clock: 'cpu', cpus: 1 }, standard],
    [{ clock: 'real' }, standard],
    [{ clock: 'real' }, smp],
    [several, smp],
    // what does not say its options may have them
    [{}, silent],
    [several, silent],
  ] satisfies [Asked, ReadonlyMap<string, string>][]) {
    assert.equal(refusal(asked, config), undefined, JSON.stringify(asked));
  }
  assert.match(refusal(several, standard) ?? '', /needs 2 CPUs, and its kernel has one/);
  for (const clock of [undefined, 'infinite', 'cpu'] as const) {
    const other = clock === undefined ? {} : { clock };
    assert.match(refusal({ ...other, cpus: 2 }, smp) ?? '', /a lab with 2 CPUs has the clock real alone/);
    assert.match(refusal({ ...other, cpus: 2 }, silent) ?? '', /a lab with 2 CPUs has the clock real alone/);
    assert.match(refusal(other, smp) ?? '', /no virtual time/);
  }
});

test('the flavour smp has CPUs and a checker of locks in place of virtual time, and keeps all else', () => {
  for (const option of ['SMP', 'PROVE_LOCKING', 'PROVE_RCU', 'DEBUG_ATOMIC_SLEEP']) {
    assert.equal(smp.get(`CONFIG_${option}`), 'y', option);
  }
  const others = [...standard].filter(([name, value]) => smp.get(name) !== value).map(([name]) => name);
  assert.deepEqual(others.toSorted(), ['CONFIG_UML_MAX_USERSPACE_ITERATIONS', 'CONFIG_UML_TIME_TRAVEL_SUPPORT']);
});

test('the flavour smp takes the patch for evidence alone, every other one all of them', () => {
  const all = kernelPatches().map(({ name }) => name);
  for (const flavour of flavourNames) {
    const taken = patchesOf({ flavour, plain: false }).map(({ name }) => name);
    assert.deepEqual(taken, flavour === 'smp' ? ['event-time'] : all, flavour);
    assert.deepEqual(patchesOf({ flavour, plain: true }), [], flavour);
    const [patched, plain] = [false, true].map((one) => hashOfRecipe(recipeOf({ flavour, plain: one })));
    assert.notEqual(patched, plain, flavour);
  }
});
