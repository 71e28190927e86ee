import { delay, expect, type Host, ip, type Net, scenario } from 'espalier';
import {
  addresses,
  expectProtected,
  type Family,
  lostPackets,
  pair,
  protectBoth,
  protections,
  sent,
  serve,
} from './labs.ts';

/** Addresses in the tunnel. */
const inside = {
  4: { west: '10.9.0.1', east: '10.9.0.2', length: 24, header: 20 },
  6: { west: '2001:db8:9::1', east: '2001:db8:9::2', length: 64, header: 40 },
} as const;

/** The ends of a tunnel as one of its hosts has them, and the number that both have to agree on. */
interface Ends {
  readonly own: string;
  readonly other: string;
  readonly number: number;
}

/** A kind of tunnel between two addresses. */
interface Tunnel {
  readonly outer: Family;
  readonly inner: readonly Family[];
  /** Lines that make the interface `inner`, and that take everything away again. */
  readonly make: (ends: Ends) => readonly string[];
  readonly unmake: (number: number) => readonly string[];
  /** Session, key or port, where the kind has one: the other end must have the same. Absent: the addresses alone have to fit. */
  readonly number?: number;
  /** Octets of the largest packet inside where the link takes 1500, by the lengths of the headers. */
  readonly mtu: number;
  /** Number of the IP protocol on the link. */
  readonly protocol: number;
}

type Kind = Pick<Tunnel, 'make' | 'unmake'>;

/** RFC 3931. */
const l2tp = (encapsulation: string): Kind => ({
  make: ({ own, other, number }) => [
    `ip l2tp add tunnel tunnel_id 1 peer_tunnel_id 1 ${encapsulation} local ${own} remote ${other}`,
    `ip l2tp add session name inner tunnel_id 1 session_id ${number} peer_session_id 5`,
  ],
  unmake: () => ['ip l2tp del tunnel tunnel_id 1'],
});
const l2tpInUdp = l2tp('encap udp udp_sport 1701 udp_dport 1701');
const l2tpInIp = l2tp('encap ip');

/** An interface of a type, with options in which `#` stands for the number. */
const link = (type: string, options = ''): Kind => ({
  make: ({ own, other, number }) => [
    `ip link add inner type ${type} local ${own} remote ${other} ${options.replaceAll('#', `${number}`)}`.trim(),
  ],
  unmake: () => ['ip link del inner'],
});

/** IP in UDP. The number is the port on which a host listens; it sends to the right one. `type`: what the listener is told of the packets. */
const inUdp = (
  { fou, type }: { readonly fou: 'ip fou' | 'ip -6 fou'; readonly type: string },
  { make, unmake }: Kind,
): Kind => ({
  make: (ends) => [`${fou} add port ${ends.number} ${type}`, ...make(ends)],
  unmake: (number) => [...unmake(number), `${fou} del port ${number}`],
});
const ports = 'encap-sport 5555 encap-dport 5555';

const tunnels: Readonly<Record<string, Tunnel>> = {
  'L2TPv3 in UDP over IPv4': { ...l2tpInUdp, outer: 4, inner: [4, 6], number: 5, mtu: 1446, protocol: 17 },
  'L2TPv3 in UDP over IPv6': { ...l2tpInUdp, outer: 6, inner: [4, 6], number: 5, mtu: 1426, protocol: 17 },
  'L2TPv3 over IPv4': { ...l2tpInIp, outer: 4, inner: [4, 6], number: 5, mtu: 1458, protocol: 115 },
  'L2TPv3 over IPv6': { ...l2tpInIp, outer: 6, inner: [4, 6], number: 5, mtu: 1438, protocol: 115 },
  // RFC 2003, RFC 4213, RFC 2473. The tunnel encapsulation limit of RFC 2473, 4.1.1 takes 8 octets.
  'ipip over IPv4': { ...link('ipip'), outer: 4, inner: [4], mtu: 1480, protocol: 4 },
  'sit over IPv4': { ...link('sit'), outer: 4, inner: [6], mtu: 1480, protocol: 41 },
  'ip6ip6 over IPv6': { ...link('ip6tnl', 'mode ip6ip6'), outer: 6, inner: [6], mtu: 1452, protocol: 60 },
  'ip6ip6 without limit over IPv6': {
    ...link('ip6tnl', 'mode ip6ip6 encaplimit none'),
    outer: 6,
    inner: [6],
    mtu: 1460,
    protocol: 41,
  },
  'ipip6 over IPv6': {
    ...link('ip6tnl', 'mode ipip6 encaplimit none'),
    outer: 6,
    inner: [4],
    mtu: 1460,
    protocol: 4,
  },
  // RFC 2784, RFC 2890: 4 octets each of header, checksum, key and sequence number.
  'gre over IPv4': { ...link('gre', 'key # csum seq'), outer: 4, inner: [4, 6], number: 7, mtu: 1464, protocol: 47 },
  'ip6gre over IPv6': {
    ...link('ip6gre', 'key # csum seq encaplimit none'),
    outer: 6,
    inner: [4, 6],
    number: 7,
    mtu: 1444,
    protocol: 47,
  },
  'FOU over IPv4': {
    ...inUdp({ fou: 'ip fou', type: 'ipproto 4' }, link('ipip', `encap fou ${ports}`)),
    outer: 4,
    inner: [4],
    number: 5555,
    mtu: 1472,
    protocol: 17,
  },
  'FOU over IPv6': {
    ...inUdp(
      { fou: 'ip -6 fou', type: 'ipproto 41' },
      link('ip6tnl', `mode ip6ip6 encaplimit none encap fou ${ports}`),
    ),
    outer: 6,
    inner: [6],
    number: 5555,
    mtu: 1452,
    protocol: 17,
  },
  'GUE over IPv4': {
    ...inUdp({ fou: 'ip fou', type: 'gue' }, link('ipip', `encap gue ${ports}`)),
    outer: 4,
    inner: [4],
    number: 5555,
    mtu: 1468,
    protocol: 17,
  },
};

/** Another address of the link, which nobody has. */
const nobody = { 4: '198.18.1.9', 6: '2001:db8:1::9' } as const;

/** Makes a host's end. `isWrong`: it waits for another peer, or for another number. */
async function make(host: Host, tunnel: Tunnel, isWrong = false): Promise<number> {
  const { west, east } = addresses[tunnel.outer];
  const isWest = host.name === 'west';
  const [own, peer] = isWest ? [west, east] : [east, west];
  const other = isWrong && tunnel.number === undefined ? nobody[tunnel.outer] : peer;
  const number = (tunnel.number ?? 0) + (isWrong ? 1 : 0);
  for (const line of tunnel.make({ own, other, number })) await expect(host).toRun(line);
  for (const family of tunnel.inner) {
    const { length, ...address } = inside[family];
    await expect(host).toRun(`ip addr add ${address[isWest ? 'west' : 'east']}/${length} dev inner nodad`);
  }
  await expect(host).toRun('ip link set inner up');
  return number;
}

async function unmake(host: Host, tunnel: Tunnel, number: number): Promise<void> {
  for (const line of tunnel.unmake(number)) await expect(host).toRun(line);
}

/** Whether west reaches east through the tunnel, in both families that it carries. */
async function expectReached(west: Host, { inner }: Tunnel, isReached: boolean): Promise<void> {
  for (const family of inner) {
    const { east: at, west: from } = inside[family];
    await (isReached ? expect(west) : expect(west).not).toReach(at, { from });
  }
}

/** The largest packet that fits into one of the link does, and goes over it as the protocol; one octet more does not. */
async function expectWidth(
  { west, net }: { readonly west: Host; readonly net: Net<'wan'> },
  tunnel: Tunnel,
): Promise<void> {
  const { protocol, inner, mtu } = tunnel;
  const outside = await net.link('wan').on(ip({ from: west, protocol, times: 'all' }), delay('1ms'));
  for (const family of inner) {
    const { east: at, header } = inside[family];
    // ICMP's own header has 8 octets.
    const size = mtu - header - 8;
    await expect(west).toReach(at, { size, dontFragment: true });
    await expect(west).not.toReach(at, { size: size + 1, dontFragment: true });
  }
  await expect(() => outside.count, { what: 'packets of the tunnel on the link' }).toBeAtLeast(inner.length);
  await outside.end();
}

for (const [title, tunnel] of Object.entries(tunnels)) {
  for (const protection of protections) {
    scenario(`${title}, ${protection}`, pair, async ({ hosts, net }) => {
      const { west, east } = hosts;
      const isProtected = protection !== 'plain';
      const family = tunnel.outer;
      await make(west, tunnel);
      if (isProtected) {
        await protectBoth(hosts, family, () => expectReached(west, tunnel, false));
      }
      await expectReached(west, tunnel, false);
      const wrong = await make(east, tunnel, true);
      await expectReached(west, tunnel, false);
      await unmake(east, tunnel, wrong);
      const number = await make(east, tunnel);
      await expectReached(west, tunnel, true);

      const lostBefore = await lostPackets(east);
      if (!isProtected) await expectWidth({ west, net }, tunnel);
      for (const inner of tunnel.inner) {
        const to = inside[inner].east;
        const end = await serve(east, 'tcp', to);
        await expect(await sent(west, { kind: 'tcp', to, sizes: [1, 200_000] }), { what: 'messages' }).toBe(
          'answered 2',
        );
        await end();
      }
      if (isProtected) await expectProtected(hosts, { family, packets: 100, lostBefore });
      await unmake(east, tunnel, number);
      await expectReached(west, tunnel, false);
    });
  }
}
