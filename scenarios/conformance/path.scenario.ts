import { expect, type Host, linux, scenario, sealedEsp, type XfrmSaParts } from 'espalier';
import { altered, type Caught, caught, fragments, noteClasses, sendClass } from './caught.ts';
import { addresses, connect, type Family, families, pair, pings, toEast } from './labs.ts';

/** Two hosts with a router between them. */
const ends = {
  4: { west: '198.18.1.1', gate: '198.18.1.9', east: '198.18.2.1', far: '198.18.2.9' },
  6: { west: '2001:db8:1::1', gate: '2001:db8:1::9', east: '2001:db8:2::1', far: '2001:db8:2::9' },
} as const;
const lengthOf = { 4: 24, 6: 64 } as const;

const routed = (family: Family) => {
  const { west, gate, east, far } = ends[family];
  const default_ = family === 4 ? '0.0.0.0/0' : '::/0';
  return {
    hosts: {
      west: linux({ routes: { [default_]: gate } }),
      router: linux({ sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' } }),
      east: linux({ routes: { [default_]: far } }),
    },
    links: {
      left: { west: `${west}/${lengthOf[family]}`, router: `${gate}/${lengthOf[family]}` },
      right: { router: `${far}/${lengthOf[family]}`, east: `${east}/${lengthOf[family]}` },
    },
    tolerates: pair.tolerates,
  } as const;
};

/** A tunnel between two hosts that protects what they say to each other. */
async function tunnel(
  hosts: readonly [Host, Host],
  family: Family,
  parts: XfrmSaParts & { readonly protocol?: 'esp' | 'ah' } = {},
): Promise<void> {
  const { west, east } = ends[family];
  const { protocol = 'esp' } = parts;
  const there = { source: west, destination: east, protocol, mode: 'tunnel', reqid: 1 } as const;
  const back = { source: east, destination: west, protocol, mode: 'tunnel', reqid: 1 } as const;
  for (const [at, host] of hosts.entries()) {
    await host.xfrm.state.add({ ...there, spi: 0x1001, ...parts });
    await host.xfrm.state.add({ ...back, spi: 0x1002, ...parts });
    const [first, second] = at === 0 ? (['out', 'in'] as const) : (['in', 'out'] as const);
    await host.xfrm.policy.add({ source: west, destination: east, direction: first, templates: [there] });
    await host.xfrm.policy.add({ source: east, destination: west, direction: second, templates: [back] });
  }
}

/** The datagram of one octet: with IPv6 also unicast Neighbour Discovery may be protected (RFC 4861, 7.3), which is longer. */
const datagramOf = (packets: readonly Caught[]): Caught | undefined =>
  packets.toSorted((a, b) => a.payload.length - b.payload.length)[0];

/** Octets of a ping without its headers. */
const pingOverhead = { 4: 28, 6: 48 } as const;

/** Octets that remain of a path of 1400. AES-GCM takes 8 octets of header, 8 of IV, 16 of ICV and 2 of trailer, and what it seals is a multiple of 4. */
const sealed = (outer: number): number => ((1400 - outer - 8 - 8 - 16) & ~3) - 2;
/** AH takes 12 octets and an ICV of 16. Linux makes that a multiple of 8 also with IPv4, unless it is asked not to (RFC 4302, 2.6). */
const paths = [
  { what: 'a tunnel of IPv4', family: 4, parts: {}, inner: sealed(20) },
  { what: 'a tunnel of IPv6', family: 6, parts: {}, inner: sealed(40) },
  { what: 'a tunnel of AH over IPv4', family: 4, parts: { protocol: 'ah' }, inner: 1400 - 20 - 32 },
  {
    what: 'a tunnel of short AH over IPv4',
    family: 4,
    parts: { protocol: 'ah', flags: ['align4'] },
    inner: 1400 - 20 - 28,
  },
] as const;

for (const { what, family, parts, inner } of paths) {
  // RFC 4301, 8; RFC 1191; RFC 8201; net/xfrm/xfrm_state.c, xfrm_state_mtu: the largest packet that fits, to the octet.
  scenario(`F1 ${what} learns the MTU of its path`, routed(family), async ({ hosts, net }) => {
    const { west, east } = hosts;
    await tunnel([west, east], family, parts);
    const peer = ends[family].east;
    await expect(await pings(west, peer), { what: 'pings' }).toBe(1);
    await net.link('right').mtu(1400);
    const sent = async (mtu: number, more = '-M do') => {
      const { stdout } = await west.exec(`ping -c 1 -W 1 ${more} -s ${mtu - pingOverhead[family]} ${peer}`);
      return stdout;
    };
    // The first one tells the router's ICMP error to the SA, and is lost.
    await expect(await sent(1420), { what: 'the first large ping' }).toMatch(/ 0 received/);
    await expect(await sent(1420), { what: 'the second one' }).toMatch(/Message too long/);
    await expect(await sent(inner), { what: 'a ping that just fits' }).toMatch(/ 1 received/);
    await expect(await sent(inner + 1), { what: 'one octet more' }).toMatch(/Message too long/);
    // What may be fragmented goes.
    await expect(await sent(1420, '-M dont'), { what: 'a ping that may be fragmented' }).toMatch(/ 1 received/);
    await expect(west).not.toHaveSentInClear({ to: peer });
  });
}

// net/xfrm/xfrm_output.c, xfrm4_tunnel_encap_add, XFRM_STATE_NOPMTUDISC: the outer packet may be fragmented, whatever the inner one says.
scenario('F1 a tunnel without path MTU discovery lets routers fragment', routed(4), async ({ hosts, net }) => {
  const { west, east } = hosts;
  await tunnel([west, east], 4, { flags: ['nopmtudisc'] });
  await net.link('right').mtu(1300);
  const { stdout } = await west.exec(`ping -c 2 -i 0.1 -W 1 -M do -s 1372 ${ends[4].east}`);
  await expect(stdout, { what: 'pings that must not be fragmented' }).toMatch(/ 2 received/);
});

/** Addresses behind two hosts that are on two links: the ends of a tunnel, and what it leads to. */
const behind = {
  4: { near: '10.9.0.1', far: '10.9.0.2', inner: '10.2.0.1', wan: '198.18.1.2', lte: '198.18.2.2' },
  6: {
    near: '2001:db8:9::1',
    far: '2001:db8:9::2',
    inner: '2001:db8:b::1',
    wan: '2001:db8:1::2',
    lte: '2001:db8:2::2',
  },
} as const;

for (const family of families) {
  const { near, far, inner, wan, lte } = behind[family];
  const lab = { ...pair, links: { wan: ['west', 'east'], lte: ['west', 'east'] } } as const;

  // net/xfrm/xfrm_policy.c, xfrm_bundle_ok: what is known of the way of a tunnel holds until the routes of its packets change.
  scenario(`B1 a tunnel of IPv${family} follows the route to its other end`, lab, async ({ hosts: { west, east } }) => {
    const there = { source: near, destination: far, mode: 'tunnel', reqid: 1 } as const;
    const policy = { source: addresses[family].any, destination: inner, templates: [there] };
    for (const host of [west, east]) {
      await host.xfrm.state.add({ ...there, spi: 0x1001 });
      await host.xfrm.policy.add({ ...policy, direction: host === west ? 'out' : 'in' });
      await host.exec(`ip addr add ${host === west ? near : far} dev lo`);
    }
    await east.exec(`ip addr add ${inner} dev lo`);
    await noteClasses(east, family);
    const lead = (to: string, gateway: string) =>
      expect(west).toRun(`ip ${family === 4 ? '' : '-6 '}route replace ${to} via ${gateway}`);
    await lead(inner, wan);
    await lead(far, wan);
    const sent = async () =>
      Promise.all(
        ['eth0', 'eth1'].map(async (dev) => Number(await west.read(`/sys/class/net/${dev}/statistics/tx_bytes`))),
      );
    // A socket that is connected keeps what it has found out about the way.
    const program = [
      'import os,socket',
      `s=socket.socket(socket.${family === 4 ? 'AF_INET' : 'AF_INET6'},socket.SOCK_DGRAM)`,
      `s.connect(("${inner}",7000))`,
      'os.mkfifo("/run/go")',
      'while True:',
      ' with open("/run/go") as go: go.read()',
      ' for n in range(3): s.send(bytes(1000))',
      ' open("/run/sent","a").write("sent\\n")',
    ].join('\n');
    await west.writeFile('/run/sender.py', program);
    await west.exec('(python3 /run/sender.py >/dev/null 2>&1 &)');
    await expect(west).toRun('test -p /run/go');
    /** What leaves by each link when the socket sends. */
    const leaving = async (sends: number) => {
      const before = await sent();
      await west.exec('echo >/run/go');
      await expect(west).toHaveFile('/run/sent', 'sent\n'.repeat(sends));
      return (await sent()).map((octets, at) => (octets - (before[at] ?? 0) >= 3000 ? 'ESP' : 'little'));
    };
    await expect(await leaving(1), { what: 'what leaves by each link' }).toEqual(['ESP', 'little']);
    await lead(far, lte);
    await expect(await leaving(2), { what: 'what leaves after the route changed' }).toEqual(['little', 'ESP']);
    await expect((await east.xfrm.state.get({ ...there, spi: 0x1001 }))?.use.packets, { what: 'packets' }).toBe(6n);
  });
}

// RFC 4303, 3.4.1: fragments are put together before ESP is opened.
scenario('F2 ESP in fragments is opened when it is whole', pair, async ({ hosts, net }) => {
  const { west, east } = hosts;
  await connect(hosts, { sa: { replayWindow: 32 } });
  const sent = await caught(net, { from: west, protocol: 50 }, () =>
    pings(west, addresses[4].east, { count: 2, size: 200 }),
  );
  const held = await east.xfrm.state.get(toEast(4));
  await expect([sent.length, held?.replay?.inbound], { what: 'packets sent and the last number' }).toEqual([2, 2]);
  const [first] = sent;
  if (first === undefined) return;
  const later = sealedEsp(held, { from: west, to: east, sequence: 9, nextHeader: 59, inner: Buffer.alloc(200) });
  const whole = Buffer.concat([first.frame.subarray(0, 34), later.octets]);
  whole.writeUInt16BE(20 + later.octets.length, 16);
  const [head, tail] = fragments({ frame: whole }, 96);
  if (head === undefined || tail === undefined) return;
  const before = (await east.xfrmStat()).XfrmInStateProtoError ?? 0;
  await net.link('wan').inject(head);
  await expect(((await east.xfrmStat()).XfrmInStateProtoError ?? 0) - before, {
    what: 'packets of half a packet',
  }).toBe(0);
  // A packet whose next header is 59 is opened, and dropped behind it: that is counted.
  await net.link('wan').inject(tail);
  await expect(async () => ((await east.xfrmStat()).XfrmInStateProtoError ?? 0) - before, {
    what: 'packets that were opened',
  }).toBe(1);
});

for (const family of families) {
  const { east: peer } = addresses[family];
  const [dscp, ect, ce] = [0xb8, 0x02, 0x03];

  // RFC 6040; RFC 2983; RFC 4301, 5.1.2: what the outer header takes from the inner one.
  scenario(`F4 the outer header of a tunnel of IPv${family} outbound`, pair, async ({ hosts, net }) => {
    const { west } = hosts;
    const outer = async (parts: XfrmSaParts, trafficClass: number) => {
      for (const host of [west, hosts.east]) {
        await host.xfrm.policy.flush();
        await host.xfrm.state.flush();
      }
      await connect(hosts, { family, sa: { mode: 'tunnel' }, out: parts });
      return datagramOf(await caught(net, { from: west, protocol: 50 }, () => sendClass(west, peer, trafficClass)));
    };
    await noteClasses(hosts.east, family);
    const usual = await outer({}, dscp | ect);
    await expect([usual?.trafficClass, usual?.hopLimit], { what: 'class and hop limit' }).toEqual([dscp | ect, 64]);
    // An inner packet that is marked already counts as one that may be: RFC 3168, 9.1.1, full functionality.
    await expect((await outer({}, dscp | ce))?.trafficClass, { what: 'of a congested packet' }).toBe(dscp | ect);
    await expect((await outer({ flags: ['noecn'] }, dscp | ect))?.trafficClass, { what: 'with noecn' }).toBe(dscp);
    const hidden = await outer({ extraFlags: ['dont-encap-dscp'] }, dscp | ect);
    await expect((hidden?.trafficClass ?? 0) & 0xfc, { what: 'DSCP with dont-encap-dscp' }).toBe(0);
  });

  scenario(`F4 the inner header of a tunnel of IPv${family} inbound`, pair, async ({ hosts, net }) => {
    const { west, east } = hosts;
    await noteClasses(east, family);
    /** What east's socket sees of a packet, and of its copy whose outer class was changed on the path. */
    const inner = async (parts: XfrmSaParts, sent: number, changed: number) => {
      for (const host of [west, east]) {
        await host.xfrm.policy.flush();
        await host.xfrm.state.flush();
      }
      await connect(hosts, { family, sa: { mode: 'tunnel' }, atEast: parts });
      const packet = datagramOf(await caught(net, { from: west, protocol: 50 }, () => sendClass(west, peer, sent)));
      if (packet === undefined) return [];
      const at = family === 4 ? 1 : 0;
      const frame =
        family === 4
          ? altered(packet, at, () => changed)
          : altered({ frame: altered(packet, 0, (octet) => (octet & 0xf0) | (changed >> 4)) }, 1, (octet) => {
              return (octet & 0x0f) | ((changed & 0xf) << 4);
            });
      await net.link('wan').inject(frame);
      const seen = async () => (await east.read('/run/classes')).trim().split('\n').map(Number);
      await expect(async () => (await seen()).length % 2, { what: 'packets seen, two each' }).toBe(0);
      return [...new Set((await seen()).slice(-2))].sort((one, other) => one - other);
    };
    await expect(await inner({}, dscp | ect, dscp | ce), { what: 'classes, congested on the path' }).toEqual([
      dscp | ect,
      dscp | ce,
    ]);
    await expect(await inner({ flags: ['noecn'] }, dscp | ect, dscp | ce), { what: 'classes with noecn' }).toEqual([
      dscp | ect,
    ]);
    await expect(await inner({ flags: ['decap-dscp'] }, dscp, 0x20), { what: 'classes with decap-dscp' }).toEqual([
      0x20,
      dscp,
    ]);
    await expect(await inner({}, dscp, 0x20), { what: 'classes without' }).toEqual([dscp]);
  });

  // RFC 4303, 2.7: padding for traffic flow confidentiality hides how long a packet is.
  scenario(`F6 packets of IPv${family} are padded to one length`, pair, async ({ hosts, net }) => {
    const { west } = hosts;
    await connect(hosts, { family, sa: { mode: 'tunnel', tfcPadding: 500 } });
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await expect(await pings(west, peer, { size: 10 }), { what: 'small pings' }).toBe(1);
      await expect(await pings(west, peer, { size: 300 }), { what: 'pings' }).toBe(1);
      await expect(await pings(west, peer, { size: 900 }), { what: 'large pings' }).toBe(1);
    });
    const lengths = [...new Set(sent.map(({ payload }) => payload.length))].sort((a, b) => a - b);
    // 8 of header, 8 of IV, 500, 2 of trailer, to a multiple of 4, 16 of ICV.
    await expect(lengths[0], { what: 'octets of the smallest' }).toBe(8 + 8 + 504 + 16);
    await expect(lengths.length, { what: 'different lengths' }).toBe(2);
  });

  // RFC 4303, 2.6: a packet whose next header is 59 is dropped. Linux counts it (esp_input_done2), and does not move the window.
  scenario(`F6 dummy packets of IPv${family} are dropped`, pair, async ({ hosts: { west, east }, net }) => {
    await east.xfrm.state.add(toEast(family, { replayWindow: 32 }));
    const held = await east.xfrm.state.get(toEast(family));
    const dummy = sealedEsp(held, { from: west, to: east, sequence: 5, nextHeader: 59, inner: Buffer.alloc(64) });
    const counter = 'XfrmInStateProtoError';
    await net.link('wan').inject(dummy, { expect: 'refused', at: east, counter });
    const after = await east.xfrm.state.get(toEast(family));
    await expect([after?.replay?.inbound, after?.use.packets], { what: 'last number and packets' }).toEqual([0, 0n]);
  });
}

// RFC 4301 asks for a policy about everything; RFC 4861: without Neighbour Discovery nobody is reached.
scenario('F5 a policy of IPv6 about everything needs a bypass for Neighbour Discovery', pair, async ({ hosts }) => {
  const { west, east } = hosts;
  const { west: own, east: peer, any } = addresses[6];
  await connect(hosts, { family: 6 });
  await expect(await pings(west, peer), { what: 'pings' }).toBe(1);
  await west.xfrm.policy.add({ source: any, destination: any, direction: 'out', action: 'block', priority: 100 });
  const forget = () => west.exec('ip neigh flush dev eth0');
  await forget();
  await expect(await pings(west, peer), { what: 'pings without neighbours' }).toBe(0);
  for (const type of [135, 136]) {
    const all = { source: any, destination: any, protocol: 'ipv6-icmp', type } as const;
    await west.xfrm.policy.add({ ...all, direction: 'out', priority: 1 });
  }
  await forget();
  await expect(await pings(west, peer), { what: 'pings with a bypass' }).toBe(1);
  await expect(west).not.toHaveSentInClear({ from: own, to: peer });
  await expect(east).toHaveSa({ direction: 'in', source: own, packets: { atLeast: 2 } });
});
