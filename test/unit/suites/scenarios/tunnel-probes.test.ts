import assert from 'node:assert/strict';
import { test } from 'node:test';
import { psk } from '../../../../src/connection/authentication.ts';
import { libreswan, strongswan } from '../../../../src/suites/scenarios/api/index.ts';
import type { ConnectionSketch } from '../../../../src/suites/scenarios/api/scenario.ts';
import { daemonsOf } from '../../../../src/suites/scenarios/daemons.ts';
import { networkOf } from '../../../../src/suites/scenarios/network.ts';
import { tunnelProbes } from '../../../../src/suites/scenarios/tunnel-probes.ts';

const [westNet, eastNet] = ['10.1.0.0/24', '10.2.0.0/24'];
type Sketch = ConnectionSketch<'west' | 'east'>;

/** Probes of one connection, whose ends have networks behind them. */
function probes({ ends, ...more }: Partial<Sketch> & { ends: Sketch['ends'] }, west = strongswan()) {
  const definition = {
    hosts: { west, east: libreswan() },
    links: {
      wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' },
      inner: { west: ['10.1.0.1/24', '2001:db8:1::1/64'] },
      far: { east: ['10.2.0.1/24', '2001:db8:2::1/64'] },
    },
    connections: [{ name: 'net', authentication: psk('x'), ends, ...more }],
  } as const;
  const topology = networkOf(definition);
  return tunnelProbes(daemonsOf(definition, topology), topology);
}

const pair = (west: object, east: object): Sketch['ends'] => [
  { host: 'west', ...west },
  { host: 'east', ...east },
];

test('a tunnel is asked by an address of each end that its selectors hold', () => {
  const { asked, unasked } = probes({ ends: pair({ selectors: [westNet] }, { selectors: ['10.9.0.0/24', eastNet] }) });
  assert.deepEqual(unasked, []);
  assert.deepEqual(asked, [
    { name: 'net', from: { host: 'west', address: '10.1.0.1' }, to: { host: 'east', address: '10.2.0.1' } },
  ]);
  const own = probes({ ends: pair({}, {}) }).asked[0];
  assert.deepEqual([own?.from.address, own?.to.address], ['192.0.2.1', '192.0.2.2']);
  const sixth = probes({ ends: pair({ selectors: ['2001:db8:1::/64'] }, { selectors: ['2001:db8:2::/64'] }) }).asked[0];
  assert.deepEqual([sixth?.from.address, sixth?.to.address], ['2001:db8:1::1', '2001:db8:2::1']);
});

test('each further Child SA is asked as well', () => {
  const further = [{ name: 'more', selectors: { west: [westNet], east: ['192.0.2.2/32'] } }];
  const { asked } = probes({
    ends: pair({ selectors: [westNet] }, { selectors: [eastNet] }),
    furtherChildren: further,
  });
  assert.deepEqual(
    asked.map(({ name, to }) => [name, to.address]),
    [
      ['net', '10.2.0.1'],
      ['more', '192.0.2.2'],
    ],
  );
});

test('a tunnel whose packets nobody knows beforehand is named with the reason', () => {
  const nets = [{ selectors: [westNet] }, { selectors: [eastNet] }] as const;
  const cases: readonly (readonly [Sketch['ends'], RegExp])[] = [
    [
      pair({ selectors: [{ network: westNet, protocol: 6 }] }, { selectors: [{ network: eastNet, protocol: 6 }] }),
      /no addresses in its selectors/,
    ],
    [pair({ selectors: ['10.7.0.0/24'] }, nets[1]), /no addresses in its selectors/],
    [pair({ ...nets[0], peerSelectors: ['10.2.0.0/16'] }, nets[1]), /narrows/],
    [pair({ requests: ['ipv4'] }, { ...nets[1], assigns: { pools: ['10.3.0.0/24'] } }), /assigned addresses/],
    [pair({ seenAs: 'any' }, nets[1]), /behind a NAT/],
  ];
  for (const [ends, why] of cases) {
    const { asked, unasked } = probes({ ends });
    assert.deepEqual(asked, [], String(why));
    assert.match(unasked[0]?.why ?? '', why);
  }
  const userspace = probes({ ends: pair(...nets) }, strongswan({ stack: 'libipsec' }));
  assert.match(userspace.unasked[0]?.why ?? '', /not in the kernel/);
});
