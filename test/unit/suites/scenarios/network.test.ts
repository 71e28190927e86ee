import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linux } from '../../../../src/suites/scenarios/api/hosts.ts';
import { networkOf } from '../../../../src/suites/scenarios/network.ts';

test('sysctls are taken with dots and with slashes, as sysctl(8) does', () => {
  const sysctls = {
    'net.ipv6.conf.eth0.accept_ra': 2,
    'net/ipv4/conf/eth0.7/rp_filter': 1,
    'net.ipv4.conf.eth0/8.rp_filter': 0,
  };
  const { hosts } = networkOf({ hosts: { west: linux({ sysctls }) }, links: { wan: ['west'] } });
  assert.deepEqual(hosts[0]?.sysctls.slice(-3), [
    ['net/ipv6/conf/eth0/accept_ra', '2'],
    ['net/ipv4/conf/eth0.7/rp_filter', '1'],
    ['net/ipv4/conf/eth0.8/rp_filter', '0'],
  ]);
});
