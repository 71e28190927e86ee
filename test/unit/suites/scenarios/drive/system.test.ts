import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EspalierError } from '../../../../../src/base/errors.ts';
import { DrivenHost, type HostInputs } from '../../../../../src/suites/scenarios/drive/host.ts';
import { deathCondition } from '../../../../../src/suites/scenarios/drive/looks/logs.ts';
import type { MatcherInputs } from '../../../../../src/suites/scenarios/drive/looks/looking.ts';
import { DrivenSystem } from '../../../../../src/suites/scenarios/drive/system.ts';

const host = { name: 'west', nics: [], routes: [], sysctls: [] };
const stepper = { deaths: () => [] };
const inputs = { host, stepper, book: {}, matchers: () => ({}) } as unknown as HostInputs;

test('that nothing is recorded of an installed system is no proof that nothing happened', async () => {
  const ask = (handle: DrivenHost) =>
    deathCondition({ host: handle, stepper } as unknown as MatcherInputs, { program: 'pluto' }).look({
      file: 'x.scenario.ts',
      line: 7,
    });
  assert.equal((await ask(new DrivenHost(inputs))).holds, false);
  await assert.rejects(ask(new DrivenSystem(inputs)), (error: EspalierError) => {
    assert.match(error.message, /toHaveDied asks for events, and nobody records those of an installed system/);
    return error.fault === 'scenario' && error.detail.line === 7;
  });
});
