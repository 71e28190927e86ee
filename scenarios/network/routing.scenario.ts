import { expect, type Host, linux, scenario } from 'espalier';

/**
 * Three routers, each on a link with each other: `alpha` with the network `near`, `delta` with the network `far`, and `gamma`, over which the detour leads.
 * Addresses as `links` would give them out are written here, since configurations name them.
 */
const links = {
  near: { alpha: ['10.1.0.1/24', '2001:db8:a1::1/64'] },
  far: { delta: ['10.2.0.1/24', '2001:db8:a2::1/64'] },
  direct: { alpha: ['10.0.1.1/24', '2001:db8:1::1/64'], delta: ['10.0.1.2/24', '2001:db8:1::2/64'] },
  left: { alpha: ['10.0.2.1/24', '2001:db8:2::1/64'], gamma: ['10.0.2.2/24', '2001:db8:2::2/64'] },
  right: { gamma: ['10.0.3.1/24', '2001:db8:3::1/64'], delta: ['10.0.3.2/24', '2001:db8:3::2/64'] },
} as const;

const routers = {
  alpha: { number: 1, nics: ['eth0', 'eth1', 'eth2'] },
  gamma: { number: 2, nics: ['eth0', 'eth1'] },
  delta: { number: 3, nics: ['eth0', 'eth1', 'eth2'] },
} as const;
type Router = keyof typeof routers;

const networks = {
  4: { near: '10.1.0.1', far: '10.2.0.1', toFar: '10.2.0.0/24' },
  6: { near: '2001:db8:a1::1', far: '2001:db8:a2::1', toFar: '2001:db8:a2::/64' },
} as const;

/** A routing protocol as FRR's daemons speak it. */
interface Protocol {
  readonly family: 4 | 6;
  readonly daemon: string;
  /** Name of the routes in the kernel's table (iproute2's `rt_protos`). */
  readonly name: string;
  readonly configuration: (router: Router) => readonly string[];
}

const perNic = (router: Router, lines: readonly string[]): string[] =>
  routers[router].nics.flatMap((nic) => [`interface ${nic}`, ...lines.map((line) => ` ${line}`), 'exit']);

/** RFC 4271, RFC 2545: an AS for each router, which tells its own networks to both neighbours. */
const bgp = (family: 4 | 6): Protocol => ({
  family,
  daemon: 'bgpd',
  name: 'bgp',
  configuration: (router) => {
    const neighbours = Object.values(links).flatMap((ends) => {
      const all = ends as Partial<Record<Router, readonly string[]>>;
      if (all[router] === undefined) return [];
      return (Object.keys(all) as Router[])
        .filter((other) => other !== router)
        .map((other) => ({ other, address: (all[other]?.[family === 4 ? 0 : 1] ?? '').replace(/\/.*/, '') }));
    });
    return [
      `router bgp ${65_000 + routers[router].number}`,
      ` bgp router-id 10.0.0.${routers[router].number}`,
      ' no bgp ebgp-requires-policy',
      ' no bgp default ipv4-unicast',
      ...neighbours.map(({ other, address }) => ` neighbor ${address} remote-as ${65_000 + routers[other].number}`),
      ` address-family ipv${family} unicast`,
      '  redistribute connected',
      ...neighbours.map(({ address }) => `  neighbor ${address} activate`),
      ' exit-address-family',
      'exit',
    ];
  },
});

const protocols: Readonly<Record<string, Protocol>> = {
  // RFC 2453, RFC 2080.
  rip: {
    family: 4,
    daemon: 'ripd',
    name: 'rip',
    configuration: (router) => ['router rip', ...routers[router].nics.map((nic) => ` network ${nic}`), 'exit'],
  },
  ripng: {
    family: 6,
    daemon: 'ripngd',
    name: 'ripng',
    configuration: (router) => ['router ripng', ...routers[router].nics.map((nic) => ` network ${nic}`), 'exit'],
  },
  // RFC 2328, RFC 5340.
  ospf: {
    family: 4,
    daemon: 'ospfd',
    name: 'ospf',
    configuration: (router) => [
      'router ospf',
      ` ospf router-id 10.0.0.${routers[router].number}`,
      ' network 10.0.0.0/8 area 0',
      'exit',
    ],
  },
  ospf6: {
    family: 6,
    daemon: 'ospf6d',
    name: 'ospf',
    configuration: (router) => [
      ...perNic(router, ['ipv6 ospf6 area 0']),
      'router ospf6',
      ` ospf6 router-id 10.0.0.${routers[router].number}`,
      'exit',
    ],
  },
  'bgp of IPv4': bgp(4),
  'bgp of IPv6': bgp(6),
};

function router(name: Router, { configuration }: Protocol) {
  const files = {
    '/etc/frr/frr.conf': `${configuration(name).join('\n')}\n`,
  };
  return linux({ image: 'network', files });
}

/** Without FRR's watcher, which would look at each daemon all the time and be most of what the lab costs. */
const start = async (host: Host, { daemon }: Protocol): Promise<void> =>
  expect(host).toRun(`cd /usr/lib/frr && ./mgmtd -d && ./zebra -d && ./${daemon} -d && vtysh -b`);

for (const [title, protocol] of Object.entries(protocols)) {
  const { near: from, far: at, toFar } = networks[protocol.family];
  scenario(
    `${title}: routes appear, lead around a cut and back, and go with their network`,
    {
      hosts: { alpha: router('alpha', protocol), gamma: router('gamma', protocol), delta: router('delta', protocol) },
      links,
    },
    async ({ hosts: { alpha, gamma, delta }, net }) => {
      const path = { from, at, within: '10min' } as const;
      await expect(alpha).not.toReach(delta, { from, at });
      await expect(alpha).not.toHaveRoute(toFar);
      for (const host of [alpha, gamma, delta]) await start(host, protocol);

      await expect(alpha).toHaveRoute(toFar, { dev: 'eth1', within: '10min' });
      await expect(alpha).toReach(delta, path);
      await net.link('direct').cut();
      await expect(alpha).not.toReach(delta, { from, at, within: '1s' });
      await expect(alpha).toHaveRoute(toFar, { dev: 'eth2', within: '10min' });
      await expect(alpha).toReach(delta, path);
      await net.link('direct').heal();
      await expect(alpha).toHaveRoute(toFar, { dev: 'eth1', within: '10min' });
      await net.link('direct').unplug(alpha);
      await expect(alpha).toHaveRoute(toFar, { dev: 'eth2', within: '10min' });
      await expect(alpha).toReach(delta, path);

      await delta.exec('ip link set eth0 down');
      await expect(alpha).not.toHaveRoute(toFar, { within: '10min' });
      await expect(gamma).not.toHaveRoute(toFar, { within: '10min' });
      await expect(alpha).toRun(`ip -${protocol.family} route show proto ${protocol.name}`, { prints: /./ });
    },
  );
}
