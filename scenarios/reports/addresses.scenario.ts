import { expect, scenario } from 'espalier';
import { gateways, libreswans, strongswans, title } from './report.ts';

// strongswan/strongswan#2264 (before 6.0): swanctl --list-pools shows the network's own address as the first one of a pool. Nobody gets it.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const network = version === '5.9.8';
  const definition = gateways(own, own, {
    west: { seenAs: 'any', requests: ['ipv4'] },
    east: { assigns: { pools: ['10.3.0.0/24'] } },
  });
  scenario(
    title(own, 'strongswan#2264 the first address of a pool', network ? 'minor' : undefined),
    definition,
    async ({ hosts: { west, east } }) => {
      await east.daemon.start();
      await expect(east).toRun('swanctl --list-pools', { prints: network ? /10\.3\.0\.0 / : /10\.3\.0\.1 / });
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveAddress('10.3.0.1/32');
    },
  );
}

// strongswan/strongswan#2695 (5.7.2): who gets the last address of a pool gets none of its other attributes. From 6.0 on it does, since a pool's first address is
// its first one (strongswan#2264).
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const lacks = version === '5.9.8';
  const definition = gateways(own, own, {
    west: { seenAs: 'any', requests: ['ipv4'] },
    east: { assigns: { pools: ['10.3.0.0/30'], dns: ['10.2.0.53'] } },
  });
  const dns = 'installing DNS server 10.2.0.53';
  scenario(
    title(own, 'strongswan#2695 attributes with the last address', lacks ? 'major' : undefined),
    definition,
    async ({ hosts: { west, east } }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveAddress('10.3.0.1/32');
      await expect(west).toHaveLogged(dns);
      await west.terminate('net');
      // The first lease is kept for the first name.
      for (const host of [west, east]) {
        await host.exec("sed -i 's/west\\.test/road.test/' /etc/swanctl/swanctl.conf");
        await host.daemon.reload();
      }
      await west.exec('> /var/log/charon.log');
      await west.initiate('net');
      await expect(west).toHaveAddress('10.3.0.2/32');
      if (lacks) await expect(west).not.toHaveLogged(dns);
      else await expect(west).toHaveLogged(dns);
    },
  );
}

// libreswan/libreswan#2697 (5.3, open): the first address that a pool of IPv6 gives is the one of its network, the subnet-router anycast address (RFC 4291, 2.6.1).
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const definition = gateways(strongswans['6.0.1'], own, {
    west: { address: '2001:db8:2::1', seenAs: 'any', requests: ['ipv6'] },
    east: { address: '2001:db8:2::2', selectors: ['2001:db8:a2::/64'], assigns: { pools: ['2001:db8:3::/64'] } },
  });
  const links = {
    wan: { west: '2001:db8:2::1/64', east: '2001:db8:2::2/64' },
    right: { east: '2001:db8:a2::1/64' },
  } as const;
  scenario(
    title(own, 'libreswan#2697 the first address of a pool of IPv6', 'minor'),
    { ...definition, links },
    async ({ hosts: { west, east } }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveAddress('2001:db8:3::/128');
    },
  );
}
