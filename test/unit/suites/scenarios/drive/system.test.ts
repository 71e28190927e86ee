import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EspalierError } from '../../../../../src/base/errors.ts';
import { DrivenHost, type HostInputs } from '../../../../../src/suites/scenarios/drive/host.ts';
import { deathCondition } from '../../../../../src/suites/scenarios/drive/looks/logs.ts';
import type { MatcherInputs } from '../../../../../src/suites/scenarios/drive/looks/looking.ts';
import { reachCondition } from '../../../../../src/suites/scenarios/drive/looks/reach.ts';
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
  await assert.rejects(ask(new DrivenSystem(inputs, 'debian')), (error: EspalierError) => {
    assert.match(error.message, /toHaveDied asks for events, and nobody records those of an installed system/);
    return error.fault === 'scenario' && error.detail.line === 7;
  });
});

test('commands of Linux are not typed at another system, whose failure would prove nothing', async () => {
  const typed: string[] = [];
  const types = { type: async ({ line }: { line: string }) => ({ stdout: String(typed.push(line)), status: 1 }) };
  const ask = (system: string) => {
    const given = { host: new DrivenSystem(inputs, system), stepper: types } as unknown as MatcherInputs;
    return reachCondition(given, '192.0.2.2', { tries: 1 }).look({ file: 'x.scenario.ts', line: 7 });
  };
  assert.equal((await ask('debian')).holds, false);
  assert.equal(typed.length, 1);
  for (const system of ['openbsd', 'freebsd', 'netbsd', 'u-boot'])
    await assert.rejects(ask(system), (error: EspalierError) => {
      assert.match(error.message, /`ping` of Linux, and the host is none/);
      return error.fault === 'scenario' && error.detail.line === 7;
    });
  assert.equal(typed.length, 1);
});
