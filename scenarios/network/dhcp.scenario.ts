import { expect, type Host, libreswan, linux, psk, scenario } from 'espalier';

const serverConf = (address: string): string =>
  `port=0
interface=eth0
bind-interfaces
dhcp-range=${address},${address},255.255.255.0,1h
dhcp-option=option:router,192.0.2.1
dhcp-leasefile=/run/leases
log-dhcp
log-facility=/var/log/dnsmasq.log
`;

const client = `#!/bin/sh
case "$1" in
  deconfig) ip -4 address flush dev "$interface" ;;
  bound | renew)
    ip address replace "$ip/$mask" dev "$interface"
    ip route replace default via "$router" ;;
esac
`;

/** Has the server give out this address alone. */
async function serve(server: Host, address: string): Promise<void> {
  await server.writeFile('/etc/dnsmasq.conf', serverConf(address));
  await expect(server).toRun('! pidof dnsmasq > /dev/null || { kill $(pidof dnsmasq); rm -f /run/leases; }');
  await expect(server).toRun('until ! pidof dnsmasq > /dev/null; do sleep 0.1; done; dnsmasq');
}

scenario(
  'DHCP: a lease is renewed, and ends with another address, under a tunnel',
  {
    hosts: {
      road: libreswan({
        image: 'network',
        files: { '/root/udhcpc': { content: client, mode: 0o755 } },
      }),
      server: linux({ image: 'network' }),
      gate: libreswan({ routes: { default: 'server' } }),
    },
    links: {
      lan: { road: [], server: '192.0.2.1/24' },
      wan: { server: '198.51.100.1/24', gate: '198.51.100.2/24' },
      home: { road: '10.1.0.1/24' },
      office: { gate: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'net',
        authentication: psk('road and gate know this'),
        ends: [
          { host: 'road', address: '192.0.2.50', seenAs: 'any', identity: 'road.test', selectors: ['10.1.0.0/24'] },
          { host: 'gate', identity: 'gate.test', selectors: ['10.2.0.0/24'] },
        ],
        mobike: true,
      },
    ],
  },
  async ({ hosts: { road, server, gate }, clock, net }) => {
    const path = { from: '10.1.0.1', at: '10.2.0.1' };
    await expect(road).toRun('udhcpc -i eth0 -s /root/udhcpc -n -q -t 3 -T 1', { status: 1 });
    await serve(server, '192.0.2.50');
    await road.exec('udhcpc -i eth0 -s /root/udhcpc -b > /var/log/udhcpc.log 2>&1');
    await expect(road).toHaveAddress('192.0.2.50/24', { dev: 'eth0' });
    await expect(road).toHaveRoute('default', { via: '192.0.2.1' });
    await gate.daemon.start();
    await road.daemon.start();
    await road.initiate('net');
    await expect(road).toReach(gate, path);

    await clock.advance('6h');
    await expect(server).toRun("grep -c 'DHCPACK(eth0) 192.0.2.50' /var/log/dnsmasq.log", { prints: /^([6-9]|1\d)$/m });
    await expect(road).toReach(gate, path);

    // It asks for the address that it has, and is refused.
    await serve(server, '192.0.2.60');
    await expect(road).toHaveAddress('192.0.2.60/24', { dev: 'eth0', within: '1h' });
    await expect(server).toRun('cat /var/log/dnsmasq.log', { prints: 'DHCPNAK(eth0) 192.0.2.50' });
    await expect(road).not.toHaveAddress('192.0.2.50/24');
    await expect(gate).toHaveSa({ direction: 'in', source: '192.0.2.60' });
    await expect(road).toReach(gate, path);

    // Nobody answers: the lease ends, and the address with it.
    await net.link('lan').cut();
    await expect(road).not.toHaveAddress('192.0.2.60/24', { within: '2h' });
  },
);
