import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSettings } from '../../../src/lab/attempt.ts';
import type { Layer } from '../../../src/lab/source-layers.ts';
import type { LabPlan } from '../../../src/model/scenario.ts';

const host = (name: string) => ({ name, nics: [], routes: [] });
const timing = { start: 0n, warmup: 0n, gap: 1n, deadline: 2n };
const plan = (overlays?: LabPlan['overlays']): LabPlan =>
  ({ topology: { hosts: [host('west'), host('east')], links: [] }, timing, ...(overlays && { overlays }) }) as never;
const layer = (id: string, under = false): Layer => ({ id, sha256: '', path: `/${id}`, ...(under && { under }) });

test("the user's layers lie over those of the scenario, and what was built lies under them", () => {
  const overlays = { '*': [layer('all')], west: [layer('own'), layer('built', true)] };
  const own = { '*': ['/suite'], west: ['/suite-west'], east: ['/suite-east'] };
  assert.deepEqual(withSettings(plan(own), { overlays }).overlays, {
    west: ['/own', '/all', '/suite-west', '/suite', '/built'],
    east: ['/all', '/suite-east', '/suite'],
  });
});

test('hosts without layers have none, and without layers of the user the plan keeps its own', () => {
  assert.deepEqual(withSettings(plan(), { overlays: { west: [layer('built', true)] } }).overlays, { west: ['/built'] });
  assert.deepEqual(withSettings(plan({ '*': ['/suite'] }), {}).overlays, { '*': ['/suite'] });
});
