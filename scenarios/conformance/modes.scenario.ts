import { expect, type Host, scenario, type XfrmSaParts } from 'espalier';
import { caught } from './caught.ts';
import { addresses, connect, families, pair, pings, toEast, toWest } from './labs.ts';

/** Networks behind the hosts. */
const inner = {
  4: { west: '10.1.0.1', east: '10.2.0.1' },
  6: { west: '2001:db8:a::1', east: '2001:db8:b::1' },
} as const;

/** Adds an address behind each host, and routes to it. */
async function behind({ west, east }: { readonly west: Host; readonly east: Host }, family: 4 | 6): Promise<void> {
  const six = family === 6 ? '-6 ' : '';
  for (const [host, own, peer] of [
    [west, inner[family].west, inner[family].east],
    [east, inner[family].east, inner[family].west],
  ] as const) {
    await host.exec(`ip addr add ${own} dev lo`);
    await host.exec(`ip ${six}route add ${peer} dev eth0 src ${own}`);
  }
}

/** Datagrams of so many octets, all equal or drawn (by a seed), to port 7000. */
const datagram = (host: Host, to: string, octets: string) =>
  host.exec(
    `python3 -c 'import socket,random;random.seed(1);s=socket.socket(socket.${to.includes(':') ? 'AF_INET6' : 'AF_INET'},socket.SOCK_DGRAM);s.sendto(${octets},("${to}",7000))'`,
  );
const drawn = 'bytes(random.randrange(256) for _ in range(1000))';

for (const family of families) {
  const { west: own, east: peer } = addresses[family];

  // RFC 3173, 2.2: what does not become smaller, or is too small, goes as it is.
  scenario(`B5 IPComp over IPv${family} sends what became smaller`, pair, async ({ hosts, net }) => {
    const { west, east } = hosts;
    const sa = { protocol: 'ipcomp' } as const;
    const template = { protocol: 'ipcomp', reqid: 1, level: 'use' } as const;
    for (const host of [west, east]) {
      await host.xfrm.state.add(toEast(family, { ...sa, spi: 0x101 }));
      await host.xfrm.state.add(toWest(family, { ...sa, spi: 0x102 }));
      const [first, second] = host === west ? (['out', 'in'] as const) : (['in', 'out'] as const);
      await host.xfrm.policy.add({ source: own, destination: peer, direction: first, templates: [template] });
      await host.xfrm.policy.add({ source: peer, destination: own, direction: second, templates: [template] });
    }
    const compressed = (octets: string) =>
      caught(net, { from: west, protocol: 108 }, async () => {
        // Something that the rule acts on, whatever the datagram becomes.
        await datagram(west, peer, 'b"b"*900');
        await datagram(west, peer, octets);
      });
    const [reference, equal] = await compressed('b"a"*1000');
    await expect([reference !== undefined, equal !== undefined], { what: 'compressed datagrams' }).toEqual([
      true,
      true,
    ]);
    await expect(equal?.payload.length ?? 1000, { what: 'octets of 1000 equal ones' }).toBeAtMost(100);
    // RFC 3173, 3.3: next header, flags (0), and the SA's CPI.
    await expect(equal?.payload.subarray(0, 4).toString('hex'), { what: 'the header' }).toBe('11000101');
    await expect((await compressed(drawn)).length, { what: 'compressed datagrams, one of two drawn' }).toBe(1);
    // Below the threshold of deflate (net/xfrm/xfrm_algo.c, calg_list), which the header of UDP counts to, it is not tried.
    await expect((await compressed('b"a"*81')).length, { what: 'compressed datagrams, one of two small' }).toBe(1);
    await expect((await compressed('b"a"*82')).length, { what: 'compressed datagrams, none too small' }).toBe(2);
    await expect(await pings(west, peer, { count: 2, size: 1000 }), { what: 'pings' }).toBe(2);
    const lost = Object.entries(await east.xfrmStat()).filter(([, count]) => count !== 0);
    await expect(lost, { what: 'losses' }).toEqual([]);
  });

  // RFC 7402, appendix B: a tunnel whose inner addresses are those of the SA, and are not sent.
  for (const outer of families) {
    scenario(`B6 BEET with IPv${family} in IPv${outer}`, pair, async ({ hosts, net }) => {
      const { west, east } = hosts;
      await behind(hosts, family);
      const ends = inner[family];
      const { west: source, east: destination } = addresses[outer];
      for (const back of [false, true]) {
        const outerEnds = back ? { source: destination, destination: source } : { source, destination };
        const selector = back
          ? { source: ends.east, destination: ends.west }
          : { source: ends.west, destination: ends.east };
        const sa = back ? toWest(outer) : toEast(outer);
        const templates = [{ ...outerEnds, mode: 'beet', reqid: 1 } as const];
        for (const host of [west, east]) {
          await host.xfrm.state.add({ ...sa, mode: 'beet', selector });
          const isOut = (host === west) !== back;
          await host.xfrm.policy.add({ ...selector, direction: isOut ? 'out' : 'in', templates });
        }
      }
      const sent = await caught(net, { from: west, protocol: 50 }, async () => {
        await expect(await pings(west, ends.east, { count: 2 }), { what: 'pings' }).toBe(2);
      });
      // 8 of ICMP and 56 octets, 2 of trailer, to a multiple of 4; 8 of header, 8 of IV, 16 of ICV: no inner header.
      const lengths = sent.map(({ payload }) => payload.length);
      await expect(Math.min(...lengths), { what: 'octets of ESP' }).toBe(8 + 8 + 68 + 16);
      await expect(west).not.toHaveSentInClear({ to: ends.east });
    });
  }

  // RFC 3884: a tunnel of GRE, protected in transport mode. A transport policy about GRE says nothing about others.
  scenario(`B8 GRE over IPv${family} under transport mode`, pair, async ({ hosts, net }) => {
    const { west, east } = hosts;
    const sa: XfrmSaParts = { replayWindow: 32 };
    for (const host of [west, east]) {
      await host.xfrm.state.add(toEast(family, sa));
      await host.xfrm.state.add(toWest(family, sa));
      const [first, second] = host === west ? (['out', 'in'] as const) : (['in', 'out'] as const);
      const gre = { protocol: 'gre', templates: [{ reqid: 1 }] } as const;
      await host.xfrm.policy.add({ ...gre, source: own, destination: peer, direction: first });
      await host.xfrm.policy.add({ ...gre, source: peer, destination: own, direction: second });
      const [local, remote] = host === west ? [own, peer] : [peer, own];
      // Without the option for nested tunnels (RFC 2473, 4.1.1), which would stand before ESP.
      const [kind, more] = family === 4 ? ['gre', ''] : ['ip6gre', 'encaplimit none'];
      await host.exec(`ip link add tun type ${kind} local ${local} remote ${remote} ${more} && ip link set tun up`);
      await host.exec(`ip addr add 10.9.0.${host === west ? 1 : 2}/24 dev tun`);
    }
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await expect(await pings(west, '10.9.0.2', { count: 2 }), { what: 'pings in the tunnel' }).toBe(2);
      await expect(await pings(west, '10.9.0.2', { size: 3000 }), { what: 'large pings in the tunnel' }).toBe(1);
    });
    await expect(sent.length, { what: 'packets of ESP' }).toBeAtLeast(5);
    await expect(await pings(west, peer), { what: 'pings beside it' }).toBe(1);
    await expect(west).not.toHaveSentInClear({ to: '10.9.0.2' });
    const carried = await east.xfrm.state.get(toEast(family));
    await expect(carried?.use.packets, { what: 'packets of the SA' }).toBe(BigInt(sent.length));
  });
}

// net/netfilter/xt_policy.c, nft_xfrm.c, nft_meta.c: filters see how a packet was protected.
for (const family of families) {
  const { east: peer } = addresses[family];
  scenario(`F8 filters of IPv${family} know what IPsec did to a packet`, pair, async ({ hosts }) => {
    const { west, east } = hosts;
    const icmp = family === 4 ? 'icmp' : 'ipv6-icmp';
    // Counters without names, since those of a rule want NFT_OBJREF before Linux 6.2.
    const rules = [
      'add table inet f',
      'add chain inet f i { type filter hook input priority 0; }',
      'add chain inet f o { type filter hook output priority 0; }',
      `add rule inet f i meta l4proto ${icmp} meta secpath exists counter comment opened`,
      `add rule inet f i meta l4proto ${icmp} ipsec in reqid 1 counter comment reqid`,
      `add rule inet f i meta l4proto ${icmp} ipsec in reqid 9 counter comment other`,
      `add rule inet f i meta l4proto ${icmp} ipsec in spi 0x1001 counter comment spi`,
      `add rule inet f o meta l4proto ${icmp} rt ipsec exists counter comment sealed`,
    ];
    const names = ['opened', 'reqid', 'other', 'spi', 'sealed'];
    await east.writeFile('/run/f.nft', `${rules.join('\n')}\n`);
    await expect(east).toRun('nft -f /run/f.nft');
    const counts = async () => {
      const { stdout } = await east.exec('nft list table inet f');
      return names.map((name) => Number(new RegExp(`packets (\\d+) bytes \\d+ comment "${name}"`).exec(stdout)?.[1]));
    };
    const tables = family === 4 ? 'iptables' : 'ip6tables';
    const match = family === 4 ? '-p icmp --icmp-type echo-request' : '-p ipv6-icmp --icmpv6-type echo-request';
    await expect(east).toRun(`${tables} -A INPUT ${match} -m policy --dir in --pol ipsec --reqid 1 --mode transport`);
    await expect(east).toRun(`${tables} -A INPUT ${match} -m policy --dir in --pol none`);
    const matched = async () => {
      const { stdout } = await east.exec(`${tables} -L INPUT -v -n -x`);
      return [...stdout.matchAll(/^\s*(\d+)\s+\d+\s+.*policy match/gm)].map(([, count]) => Number(count));
    };
    await expect(await pings(west, peer, { count: 2 }), { what: 'pings in clear' }).toBe(2);
    await expect(await matched(), { what: 'packets with ESP and without' }).toEqual([0, 2]);
    const [opened, reqid, other, spi, sealed] = await counts();
    await expect([opened, reqid, other, spi, sealed], { what: 'counters in clear' }).toEqual([0, 0, 0, 0, 0]);
    await connect(hosts, { family });
    await expect(await pings(west, peer, { count: 3 }), { what: 'pings' }).toBe(3);
    await expect(await matched(), { what: 'packets with ESP and without' }).toEqual([3, 2]);
    const after = await counts();
    // With IPv6 also unicast Neighbour Discovery may be protected (RFC 4861, 7.3).
    for (const at of [0, 1, 3, 4]) await expect(after[at] ?? 0, { what: `packets, ${names[at]}` }).toBeAtLeast(3);
    await expect(after[2], { what: 'packets of another request' }).toBe(0);
  });
}
