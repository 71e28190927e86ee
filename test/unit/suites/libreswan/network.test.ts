import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostSpec, linux, nat } from '../../../../src/suites/scenarios/api/hosts.ts';
import type { Definition, LinkSpec } from '../../../../src/suites/scenarios/api/scenario.ts';
import { networkOf } from '../../../../src/suites/scenarios/network.ts';

function define(hosts: Record<string, HostSpec>, links: Record<string, LinkSpec>): Definition {
  return { hosts, links };
}

const two = { west: linux(), east: linux() };

test('links give addresses, interfaces in the order of links, and routes by the name of a neighbour', () => {
  const hosts = {
    west: linux({ routes: { default: 'box' } }),
    box: nat({ outside: 'wan' }),
    east: linux({ routes: { '198.18.1.0/24': 'box' } }),
  };
  const { hosts: made, links } = networkOf(define(hosts, { lan: ['west', 'box'], wan: ['box', 'east'] }));
  assert.deepEqual(links, [{ name: 'lan' }, { name: 'wan' }]);
  const told = made.map(({ name, nics, routes }) => [
    name,
    nics.map((nic) => [nic.name, nic.link, nic.mac, ...nic.addresses].join(' ')),
    routes.map(({ to, via }) => `${to} via ${via}`),
  ]);
  assert.deepEqual(told, [
    [
      'west',
      ['eth0 lan 12:00:00:00:01:01 198.18.1.1/24 2001:db8:1::1/64'],
      ['default via 198.18.1.2', 'default via 2001:db8:1::2'],
    ],
    [
      'box',
      [
        'eth0 lan 12:00:00:00:01:02 198.18.1.2/24 2001:db8:1::2/64',
        'eth1 wan 12:00:00:00:02:01 198.18.2.1/24 2001:db8:2::1/64',
      ],
      [],
    ],
    ['east', ['eth0 wan 12:00:00:00:02:02 198.18.2.2/24 2001:db8:2::2/64'], ['198.18.1.0/24 via 198.18.2.1']],
  ]);
});

test('addresses of one’s own are taken as they are, in canonical spelling', () => {
  const { hosts } = networkOf(define(two, { l: { west: ['192.0.2.1/24', '2001:DB8:0::1/64'], east: '192.0.2.2/24' } }));
  assert.deepEqual(
    hosts.map(({ nics }) => nics[0]?.addresses),
    [['192.0.2.1/24', '2001:db8::1/64'], ['192.0.2.2/24']],
  );
});

const impossible: readonly (readonly [string, Definition, RegExp])[] = [
  ['no hosts', define({}, {}), /it has no hosts/],
  ['a host that is on no link', define(two, { l: ['west'] }), /host east is on no link/],
  ['an unknown host', define(two, { l: ['west', 'esat'] }), /link l names the host esat; the hosts are west, east/],
  ['a host twice', define(two, { l: ['west', 'east', 'west'] }), /link l names the host west twice/],
  ['a link without hosts', define(two, { l: ['west', 'east'], m: [] }), /link m has no hosts/],
  [
    'one address twice',
    define(two, { l: { west: '192.0.2.1/24', east: '192.0.2.1/24' } }),
    /west and east both have the address 192.0.2.1/,
  ],
  [
    'two networks on one link',
    define(two, { l: { west: '192.0.2.1/24', east: '192.0.3.1/24' } }),
    /no other host is in the network of west/,
  ],
  [
    'no prefix length',
    define(two, { l: { west: '192.0.2.1', east: '192.0.2.2/24' } }),
    /"192.0.2.1" is no address with a prefix length/,
  ],
  [
    'no address',
    define(two, { l: { west: '192.0.2.256/24', east: '192.0.2.2/24' } }),
    /is no address with a prefix length/,
  ],
  [
    'a gateway elsewhere',
    define({ west: linux({ routes: { default: '10.0.0.1' } }), east: linux() }, { l: ['west', 'east'] }),
    /the route to default goes via 10.0.0.1, which is on none of its networks/,
  ],
  [
    'a NAT box without its outside',
    define({ west: linux(), box: nat({ outside: 'wan' }) }, { l: ['west', 'box'] }),
    /host box is not on the link wan, its outside/,
  ],
  [
    'a name that no host can have',
    define({ 'West Side': linux() }, { l: ['West Side'] }),
    /cannot be the name of a host/,
  ],
  [
    'too many hosts',
    define(Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`h${i}`, linux()])), {}),
    /it has 65 hosts, and a lab holds 64/,
  ],
];

for (const [what, definition, message] of impossible) {
  test(`refused: ${what}`, () => {
    assert.throws(() => networkOf(definition), message);
  });
}
