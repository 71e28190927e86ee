import type { Host, Nic, Route, Topology } from '../../model/topology.ts';

/**
 * The network of strongSwan's test bed, as its machines are configured there (`hosts/<name>/etc/network/interfaces`,
 * `config/kvm`): three links, and eight hosts that are always up.
 */
interface Machine {
  readonly nics: readonly Nic[];
  readonly routes: readonly Route[];
}

const outside: readonly Route[] = [{ to: 'default', via: '192.168.0.254' }];

function nic(words: string): Nic {
  const [name = '', link = '', mac = '', ...addresses] = words.split(' ');
  return { name, link, mac, addresses };
}

const machines: Readonly<Record<string, Machine>> = {
  alice: {
    nics: [
      nic('eth0 vnet2 52:54:00:9a:e2:de 10.1.0.10/16 fec1::10/16'),
      // Without an address until a test asks for one.
      nic('eth1 vnet1 52:54:00:3b:0c:d7'),
    ],
    routes: [{ to: 'default', via: '10.1.0.1' }],
  },
  bob: {
    nics: [nic('eth0 vnet3 52:54:00:40:85:6b 10.2.0.10/16 fec2::10/16')],
    routes: [{ to: 'default', via: '10.2.0.1' }],
  },
  carol: {
    nics: [nic('eth0 vnet1 52:54:00:ae:f1:f8 192.168.0.100/24 fec0::10/16')],
    routes: outside,
  },
  dave: {
    nics: [nic('eth0 vnet1 52:54:00:b9:15:a9 192.168.0.200/24 fec0::20/16')],
    routes: outside,
  },
  moon: {
    nics: [
      nic('eth0 vnet1 52:54:00:c7:b8:b0 192.168.0.1/24 fec0::1/16'),
      nic('eth1 vnet2 52:54:00:43:e3:35 10.1.0.1/16 fec1::1/16'),
    ],
    routes: outside,
  },
  sun: {
    nics: [
      nic('eth0 vnet1 52:54:00:77:43:ea 192.168.0.2/24 fec0::2/16'),
      nic('eth1 vnet3 52:54:00:0f:97:db 10.2.0.1/16 fec2::1/16'),
    ],
    routes: outside,
  },
  venus: {
    nics: [nic('eth0 vnet2 52:54:00:69:d3:80 10.1.0.20/16 fec1::20/16')],
    routes: [{ to: 'default', via: '10.1.0.1' }],
  },
  winnetou: {
    nics: [nic('eth0 vnet1 52:54:00:4b:23:fa 192.168.0.150/24 fec0::15/16')],
    routes: outside,
  },
};

/** Hosts that the test bed has. */
export const knownHosts: readonly string[] = Object.keys(machines);

/** `hosts/default/etc/sysctl.d` of the suite; no duplicate address detection, so that addresses are usable at once. */
function sysctls({ nics }: Machine): (readonly [string, string])[] {
  return [
    ['net/ipv4/ip_forward', '1'],
    ['net/ipv6/conf/all/forwarding', '1'],
    ...nics.flatMap(({ name }): (readonly [string, string])[] => [
      [`net/ipv6/conf/${name}/accept_dad`, '0'],
      [`net/ipv6/conf/${name}/accept_ra`, '0'],
    ]),
  ];
}

/** The test bed with all of its hosts. */
export function testBed(): Topology {
  const hosts = Object.entries(machines).map(
    ([name, machine]): Host => ({ name, ...machine, sysctls: sysctls(machine) }),
  );
  return { hosts, links: ['vnet1', 'vnet2', 'vnet3'].map((name) => ({ name })) };
}
