import { expect, psk, scenario, strongswan } from '../../../src/suites/scenarios/api/index.ts';

/** Two gateways whose packets libipsec protects. */
const lab = (version: '6.1.0' | '5.9.8' = '6.1.0') =>
  ({
    hosts: {
      west: strongswan({ version, stack: 'libipsec', routes: { '10.2.0.0/24': '192.0.2.2' } }),
      east: strongswan({ version, stack: 'libipsec', routes: { '10.1.0.0/24': '192.0.2.1' } }),
    },
    links: {
      wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' },
      'west-lan': { west: '10.1.0.1/24' },
      'east-lan': { east: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'net',
        authentication: psk('known to west and east alone'),
        ends: [
          { host: 'west', selectors: ['10.1.0.0/24'] },
          { host: 'east', selectors: ['10.2.0.0/24'] },
        ],
      },
    ],
  }) as const;

const ping = 'ping -c 2 -W 1 -I 10.1.0.1 10.2.0.1';

for (const version of ['6.1.0', '5.9.8'] as const) {
  scenario(`protected by ${version}`, lab(version), async ({ hosts: { west, east } }) => {
    await east.daemon.start();
    await west.daemon.start();
    await west.initiate('net');
    await expect(west).toHaveIpsecSas(2);
    await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
    await expect(west).toHaveInterfaceCounter('ipsec0', 'rx_packets', { atLeast: 1 });
  });
}

// Without the route to the TUN device nothing leads the packets to the stack.
scenario('past the TUN device', lab(), async ({ hosts: { west, east } }) => {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
  await west.exec('ip route flush table 220');
  await west.exec(ping);
});

// The tables go with the process: nothing wants protection any more.
scenario('after the end of the process', lab(), async ({ hosts: { west, east } }) => {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
  await west.exec(ping);
  await west.daemon.kill();
  await west.exec(ping);
});

scenario('without keys', lab(), async ({ hosts: { west, east } }) => {
  for (const host of [west, east]) await host.exec("sed -i 's/chd = 4/chd = 2/' /etc/strongswan.conf");
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
  await west.exec(ping);
});

scenario('without the log', lab(), async ({ hosts: { west, east } }) => {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
  await west.exec(ping);
  await west.exec('rm /var/log/libipsec.log');
});

scenario('asks the kernel', lab(), async ({ hosts: { west, east } }) => {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
  await expect(west).not.toHaveSa({ protocol: 'ah' });
});
