import assert from 'node:assert/strict';
import { test } from 'node:test';
import { psk } from '../../../../src/connection/authentication.ts';
import { linux } from '../../../../src/suites/scenarios/api/hosts.ts';
import { strongswan } from '../../../../src/suites/scenarios/api/index.ts';
import { daemonsOf, withRoutes } from '../../../../src/suites/scenarios/daemons.ts';
import { networkOf } from '../../../../src/suites/scenarios/network.ts';

const definition = {
  hosts: { west: strongswan(), east: strongswan(), far: linux() },
  links: {
    // The same address on a link where the peer is not.
    away: { west: 'fe80::1/64', far: 'fe80::9/64' },
    wan: { west: 'FE80:0::1/64', east: ['192.0.2.2/24', 'fe80::2/64'] },
  },
  connections: [
    {
      name: 'net',
      authentication: psk('x'),
      ends: [
        { host: 'west', address: 'fe80::1', selectors: ['2001:db8:1::/64'] },
        { host: 'east', address: 'fe80::2', selectors: ['2001:db8:2::/64'] },
      ],
    },
  ],
} as const;

test('the interface of a link-local end is that on the link of both', () => {
  const daemons = daemonsOf(definition, networkOf(definition));
  const zones = ['west', 'east'].map((host) => daemons.get(host)?.views[0]?.local.zone);
  assert.deepEqual(zones, ['eth1', 'eth0']);
});

test('no route leads over a link-local end, and a neighbour is a gateway by its other address', () => {
  const topology = networkOf(definition);
  const routed = withRoutes(topology, daemonsOf(definition, topology));
  assert.deepEqual(
    routed.hosts.map(({ routes }) => routes),
    [[], [], []],
  );
  const west = strongswan({ routes: { '10.0.0.0/8': 'east' } });
  const links = { wan: { west: ['fe80::1/64', '192.0.2.1/24'], east: ['fe80::2/64', '192.0.2.2/24'] } };
  const { hosts } = networkOf({ hosts: { west, east: linux() }, links });
  assert.deepEqual(hosts[0]?.routes, [{ to: '10.0.0.0/8', via: '192.0.2.2' }]);
});
