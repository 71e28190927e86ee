import assert from 'node:assert/strict';
import { test } from 'node:test';
import { psk } from '../../../../src/connection/authentication.ts';
import { nat, strongswan } from '../../../../src/suites/scenarios/api/index.ts';
import type { EndSketch } from '../../../../src/suites/scenarios/api/scenario.ts';
import { daemonsOf } from '../../../../src/suites/scenarios/daemons.ts';
import { hintsOf } from '../../../../src/suites/scenarios/hints.ts';
import { judgeScenario } from '../../../../src/suites/scenarios/judge.ts';
import { networkOf } from '../../../../src/suites/scenarios/network.ts';

type Change = Partial<EndSketch<'road' | 'gate'>>;

/** Hints of a road warrior behind a NAT box, and of its gate. */
function hints({
  routes = {},
  road = {},
  gate = {},
}: {
  routes?: Record<string, string>;
  road?: Change;
  gate?: Change;
}) {
  const definition = {
    hosts: { road: strongswan({ routes }), box: nat({ outside: 'wan' }), gate: strongswan() },
    links: {
      lan: { road: '192.168.1.2/24', box: '192.168.1.1/24' },
      wan: { box: '192.0.2.1/24', gate: '192.0.2.2/24' },
      office: { gate: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'home',
        authentication: psk('x'),
        ends: [
          { host: 'road', ...road },
          { host: 'gate', ...gate },
        ] as const,
      },
    ],
  } as const;
  const topology = networkOf(definition);
  return hintsOf({ hosts: definition.hosts, topology, daemons: daemonsOf(definition, topology) });
}

const right = { routes: { default: 'box' }, road: { seenAs: 'any', identity: 'a' }, gate: { identity: 'b' } };

test('nothing is hinted at where a road warrior is declared as it should be', () => {
  assert.deepEqual(hints(right), []);
  assert.deepEqual(hints({ ...right, gate: { identity: 'b', selectors: ['10.2.0.0/24'] } }), []);
  assert.deepEqual(hints({ ...right, routes: { '192.0.2.0/24': 'box' } }), []);
});

test('what looks like a mistake is told with what mends it', () => {
  assert.deepEqual(hints({ ...right, routes: {} }), [
    "road has no route to 192.0.2.2, the address of gate: routes: { default: 'box' }",
  ]);
  assert.deepEqual(hints({ ...right, road: {} }), [
    "gate cannot see road at 192.168.1.2, which is behind the NAT box box: its end needs seenAs: 'any'",
  ]);
  assert.deepEqual(hints({ ...right, gate: { identity: 'b', selectors: ['10.9.0.0/24'] } }), [
    "gate has no address in its selectors 10.9.0.0/24: add a link for it, such as inner: { gate: ['ADDRESS/24'] }",
  ]);
});

test('hints stand below the first issue that they may explain, and make none by themselves', () => {
  const origin = { file: 'a.scenario.ts', line: 7 };
  const check = { host: 'road', expected: 'x', received: 'y', passed: false, time: '0', waited: '0', origin } as const;
  const judged = (more: object) =>
    judgeScenario({
      ...{ checks: [], end: { word: 'completed' }, issues: [], hints: ['a', 'b'] },
      facts: { issues: [], summary: undefined },
      ...more,
    } as never);
  const checks = (['toHaveLogged', 'toHaveIkeSas', 'toReach'] as const).map((matcher) => ({ ...check, matcher }));
  assert.deepEqual(
    judged({ checks }).issues.map(({ excerpt }) => excerpt),
    [undefined, 'hint: a\nhint: b', undefined],
  );
  const late = judged({ end: { word: 'timeout' }, command: 'initiate', said: 'retransmit 5' });
  assert.deepEqual(
    late.issues.map(({ kind, excerpt }) => [kind, excerpt]),
    [['TIMEOUT', 'retransmit 5\nhint: a\nhint: b']],
  );
  assert.equal(judged({}).word, 'passed');
});
