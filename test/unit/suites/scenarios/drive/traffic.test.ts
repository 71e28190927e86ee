import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa } from '../../../../../src/evidence/ipsec.ts';
import { askTunnels } from '../../../../../src/suites/scenarios/drive/traffic.ts';
import { fakeLab } from './fake-lab.ts';

const probe = {
  name: 'net',
  from: { host: 'west', address: '10.1.0.1' },
  to: { host: 'east', address: '10.2.0.1' },
};
const second = 1_000_000_000n;

type Table = { readonly sas: readonly IpsecSa[]; readonly policies: readonly IpsecPolicy[] };

function sa(spi: number, destination: string, change: Partial<IpsecSa> = {}): IpsecSa {
  return { protocol: 'esp', spi, destination, reqid: 1, larval: false, ...change } as IpsecSa;
}

function policy(source: string, destination: string, change: object = {}): IpsecPolicy {
  const [end = '', peer = ''] = source.startsWith('10.1') ? ['192.0.2.1', '192.0.2.2'] : ['192.0.2.2', '192.0.2.1'];
  const template = { protocol: 'esp', mode: 'tunnel', source: end, destination: peer, reqid: 1 };
  const ranges = { source: { address: source, prefix: 24 }, destination: { address: destination, prefix: 24 } };
  return {
    direction: 'out',
    action: 'allow',
    priority: 10,
    selector: ranges,
    templates: [template],
    ...change,
  } as never;
}

const both = [sa(1, '192.0.2.2'), sa(2, '192.0.2.1')];
const west: Table = { sas: both, policies: [policy('10.1.0.0', '10.2.0.0')] };
const east: Table = { sas: both, policies: [policy('10.2.0.0', '10.1.0.0')] };

/** Asks the tunnel of tables like these; `answers`: whether each ping is answered, the last one for good. */
async function asked(tables: Readonly<Record<string, Table>>, answers: readonly boolean[]) {
  let pings = 0;
  const lab = fakeLab(() => ({ status: answers[Math.min(pings++, answers.length - 1)] ? 0 : 1 }));
  Object.assign(lab.stepper, { tables: (host: string) => tables[host] });
  const hosts = new Map([lab.west, lab.east].map((host) => [host.name, host]));
  const { stepper, book } = lab;
  await askTunnels([probe], {
    hosts,
    stepper,
    book,
    within: 180n * second,
    origin: { file: 'a.scenario.ts', line: 7 },
  });
  const [check] = lab.checks;
  return { pings, passed: check?.passed, received: check?.received, check, now: stepper.now, typed: lab.typed };
}

test('a tunnel that both ends have must carry traffic, once a minute has passed', async () => {
  const good = await asked({ west, east }, [true]);
  assert.deepEqual([good.passed, good.pings, good.now], [true, 1, 60n * second]);
  assert.match(good.typed[0]?.line ?? '', /^ping .* -I 10\.1\.0\.1 10\.2\.0\.1$/);
  assert.equal(good.typed[0]?.by, 'look');
  assert.deepEqual(good.check?.origin, { file: 'a.scenario.ts', line: 7 });
  const late = await asked({ west, east }, [false, false, true]);
  assert.deepEqual([late.passed, late.pings], [true, 3]);
  const dead = await asked({ west, east }, [false]);
  assert.equal(dead.passed, false);
  assert.equal(dead.now, 180n * second);
  assert.equal(dead.check?.expected, 'traffic through net from 10.1.0.1 to 10.2.0.1');
});

test('nobody is asked for a tunnel that one end alone has, in either direction', async () => {
  const lone: readonly (readonly [string, Table, Table])[] = [
    ['no SA', west, { ...east, sas: [] }],
    ['one direction', west, { ...east, sas: [both[0] as IpsecSa] }],
    ['no policy', { ...west, policies: [] }, east],
    ['no policy back', west, { ...east, policies: [] }],
    [
      'another policy is stronger',
      { ...west, policies: [...west.policies, policy('10.1.0.0', '10.2.0.0', { action: 'block', priority: 1 })] },
      east,
    ],
    ['a bypass', { ...west, policies: [policy('10.1.0.0', '10.2.0.0', { templates: [] })] }, east],
    ['larval', { ...west, sas: [sa(1, '192.0.2.2', { larval: true }), sa(2, '192.0.2.1')] }, east],
    ['of another policy', { ...west, sas: [sa(1, '192.0.2.2', { reqid: 9 }), sa(2, '192.0.2.1')] }, east],
    ['to another peer', { ...west, sas: [sa(1, '192.0.2.9'), sa(2, '192.0.2.1')] }, east],
    ['other selectors', { ...west, policies: [policy('10.1.0.0', '10.9.0.0')] }, east],
  ];
  for (const [name, one, other] of lone) {
    const { passed, pings, received } = await asked({ west: one, east: other }, [false]);
    assert.deepEqual([passed, pings, received], [true, 0, 'no Child SA that both ends have'], name);
  }
});

test('in transport mode the SA leads to the packet’s own destination', async () => {
  const template = { protocol: 'esp', mode: 'transport', source: '0.0.0.0', destination: '0.0.0.0', reqid: 0 };
  const of = (table: Table): Table => ({
    sas: [sa(1, '10.2.0.1'), sa(2, '10.1.0.1')],
    policies: table.policies.map((one) => ({ ...one, templates: [template as never] })),
  });
  assert.equal((await asked({ west: of(west), east: of(east) }, [false])).passed, false);
});
