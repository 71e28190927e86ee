import { expect, type Host, scenario, type XfrmPolicy, type XfrmSaParts } from 'espalier';
import { caught } from './caught.ts';
import { addresses, connect, type Family, families, pair, pings, toEast, toWest } from './labs.ts';

type Hosts = { readonly west: Host; readonly east: Host };

const inner = {
  4: { west: '10.1.0.1', east: '10.2.0.1', any: '0.0.0.0/0' },
  6: { west: '2001:db8:a::1', east: '2001:db8:b::1', any: '::/0' },
} as const;

/** Tunnels between both hosts for everything, by SAs and policies with a mark or an interface number; and an address behind each host. */
async function tunnels(
  { west, east }: Hosts,
  family: Family,
  by: Pick<XfrmPolicy, 'mark' | 'ifId'> & Pick<XfrmSaParts, 'ifId'>,
): Promise<void> {
  const { west: own, east: peer, any } = addresses[family];
  for (const host of [west, east]) {
    await host.xfrm.state.add({ ...toEast(family, { mode: 'tunnel' }), ...by });
    await host.xfrm.state.add({ ...toWest(family, { mode: 'tunnel' }), ...by });
    const [first, second] = host === west ? (['out', 'in'] as const) : (['in', 'out'] as const);
    const there = { source: own, destination: peer, mode: 'tunnel', reqid: 1 } as const;
    const back = { source: peer, destination: own, mode: 'tunnel', reqid: 1 } as const;
    const all = { source: any, destination: any, ...by };
    await host.xfrm.policy.add({ ...all, direction: first, templates: [there] });
    await host.xfrm.policy.add({ ...all, direction: second, templates: [back] });
    await host.exec(`ip addr add ${inner[family][host === west ? 'west' : 'east']} dev lo`);
  }
}

/** Has what goes to the other host's inner address leave by an interface. */
async function lead({ west, east }: Hosts, family: Family, dev: string): Promise<void> {
  const six = family === 6 ? '-6 ' : '';
  const { west: own, east: peer } = inner[family];
  await west.exec(`ip ${six}route replace ${peer} dev ${dev} src ${own}`);
  await east.exec(`ip ${six}route replace ${own} dev ${dev} src ${peer}`);
}

/** A number of another interface than 7 with the same hash (xfrmi_hash). */
const other = 384;

for (const family of families) {
  const { west: own, east: peer } = addresses[family];
  const ends = inner[family];

  // net/ipv4/ip_vti.c, net/ipv6/ip6_vti.c: the interface's key is the mark of its SAs and policies.
  scenario(`I1 a VTI of IPv${family} uses the SAs of its key`, pair, async ({ hosts }) => {
    const { west, east } = hosts;
    await tunnels(hosts, family, { mark: { value: 7 } });
    // One at a time: what arrives is told by its addresses alone.
    const make = async (key: number) => {
      for (const host of [west, east]) {
        const outer = host === west ? `local ${own} remote ${peer}` : `local ${peer} remote ${own}`;
        await host.exec(`ip link del tun; ip link add tun type ${family === 4 ? 'vti' : 'vti6'} ${outer} key ${key}`);
        await host.exec('ip link set tun up');
      }
      await lead(hosts, family, 'tun');
    };
    await make(7);
    await expect(await pings(west, ends.east, { count: 2 }), { what: 'pings by the interface of the key' }).toBe(2);
    await expect(west).not.toHaveSentInClear({ to: ends.east });
    await expect(await pings(west, peer), { what: 'pings beside it, in clear' }).toBe(1);
    const carried = await east.xfrm.state.get({ ...toEast(family), mark: { value: 7 } });
    // With IPv6 the interface also asks for routers.
    await expect(carried?.use.packets ?? 0n, { what: 'packets of the SA' }).toBeAtLeast(2n);
    await make(8);
    await expect(await pings(west, ends.east), { what: 'pings by the interface of another key' }).toBe(0);
  });

  // net/xfrm/xfrm_interface_core.c: the interface's number is that of its SAs and policies.
  scenario(`I2 an XFRM interface of IPv${family} uses the SAs of its number`, pair, async ({ hosts, net }) => {
    const { west, east } = hosts;
    await tunnels(hosts, family, { ifId: 7 });
    for (const host of [west, east])
      for (const number of [7, other])
        await host.exec(
          `ip link add ipsec${number} type xfrm dev eth0 if_id ${number} && ip link set ipsec${number} up`,
        );
    await lead(hosts, family, 'ipsec7');
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await expect(await pings(west, ends.east, { count: 2 }), { what: 'pings by the interface of the number' }).toBe(
        2,
      );
      await expect(await pings(west, ends.east, { size: 1300 }), { what: 'large pings' }).toBe(1);
    });
    await expect(sent.length, { what: 'packets of ESP' }).toBeAtLeast(3);
    await expect(await pings(west, peer), { what: 'pings beside it, in clear' }).toBe(1);
    await lead(hosts, family, `ipsec${other}`);
    await expect(await pings(west, ends.east), { what: 'pings by the interface of another number' }).toBe(0);
    // xfrmi_rcv_cb: what comes by an SA of the number comes from the interface, which has to be up.
    await lead(hosts, family, 'ipsec7');
    await east.exec('ip link set ipsec7 down');
    await expect(await pings(west, ends.east), { what: 'pings while the interface is down' }).toBe(0);
    await east.exec('ip link set ipsec7 up');
    await lead(hosts, family, 'ipsec7');
    await expect(await pings(west, ends.east), { what: 'pings when it is up again' }).toBe(1);
  });

  // net/ipv4/ip_vti.c, vti_xmit; net/ipv6/ip6_vti.c, vti6_xmit: what is too large for the path below is told to its sender (RFC 1191, RFC 8201).
  scenario(
    `I1 what is too large for a VTI of IPv${family} is lost, and its sender learns why`,
    pair,
    async ({ hosts }) => {
      const { west, east } = hosts;
      await tunnels(hosts, family, { mark: { value: 7 } });
      for (const host of [west, east]) {
        const outer = host === west ? `local ${own} remote ${peer}` : `local ${peer} remote ${own}`;
        await host.exec(`ip link add tun type ${family === 4 ? 'vti' : 'vti6'} ${outer} key 7`);
        // As large as the path below, which leaves nothing for ESP.
        await host.exec('ip link set tun up mtu 1500');
      }
      await lead(hosts, family, 'tun');
      const sent = async () => (await west.exec(`ping -c 1 -W 1 -M do -s 1440 ${ends.east}`)).stdout;
      const errors = async () => Number(await west.read('/sys/class/net/tun/statistics/tx_errors'));
      await expect(await pings(west, ends.east), { what: 'small pings' }).toBe(1);
      const before = await errors();
      await expect(await sent(), { what: 'a large ping' }).toMatch(/ 0 received/);
      await expect((await errors()) - before, { what: 'errors of the interface' }).toBe(1);
      await expect(await sent(), { what: 'another one' }).toMatch(/Message too long/);
      await expect((await errors()) - before, { what: 'errors of the interface' }).toBe(1);
      await expect(await pings(west, ends.east, { size: 1200 }), { what: 'pings that fit' }).toBe(1);
    },
  );

  // net/ipv4/ip_vti.c, vti_changelink; net/ipv6/ip6_vti.c, vti6_changelink.
  scenario(`I1 a VTI of IPv${family} takes another key while it is up`, pair, async ({ hosts }) => {
    await tunnels(hosts, family, { mark: { value: 7 } });
    const onBoth = async (verb: string, key: number): Promise<void> => {
      for (const [host, outer] of [
        [hosts.west, `local ${own} remote ${peer}`],
        [hosts.east, `local ${peer} remote ${own}`],
      ] as const) {
        await expect(host).toRun(`ip link ${verb} tun type ${family === 4 ? 'vti' : 'vti6'} ${outer} key ${key}`);
        await host.exec('ip link set tun up');
      }
    };
    await onBoth('add', 8);
    await lead(hosts, family, 'tun');
    await expect(await pings(hosts.west, ends.east), { what: 'pings by the wrong key' }).toBe(0);
    await onBoth('change', 7);
    await expect(await pings(hosts.west, ends.east), { what: 'pings by the right key' }).toBe(1);
    await onBoth('change', 8);
    await expect(await pings(hosts.west, ends.east), { what: 'pings by the wrong key again' }).toBe(0);
  });

  // net/xfrm/xfrm_interface_core.c, xfrmi_changelink.
  scenario(`I2 an XFRM interface of IPv${family} takes another number while it is up`, pair, async ({ hosts }) => {
    await tunnels(hosts, family, { ifId: 7 });
    const change = (number: number) => `ip link change tun type xfrm dev eth0 if_id ${number}`;
    for (const host of [hosts.west, hosts.east]) {
      await host.exec(`ip link add tun type xfrm dev eth0 if_id ${other} && ip link set tun up`);
      await host.exec('ip link add second type xfrm dev eth0 if_id 9');
    }
    await lead(hosts, family, 'tun');
    await expect(await pings(hosts.west, ends.east), { what: 'pings by the wrong number' }).toBe(0);
    for (const host of [hosts.west, hosts.east]) {
      await expect(host).toRun(change(9), { status: 2, prints: /File exists/ });
      await expect(host).toRun(change(7));
    }
    await expect(await pings(hosts.west, ends.east), { what: 'pings by the right number' }).toBe(1);
    await expect(hosts.west).toRun(change(other));
    await expect(await pings(hosts.west, ends.east), { what: 'pings by the wrong number again' }).toBe(0);
  });

  // net/xfrm/xfrm_policy.c, xfrm_policy_match; net/xfrm/xfrm_state.c, xfrm_smark_get.
  scenario(
    `I4 marks of IPv${family} choose the policy, and the route of what it made`,
    pair,
    async ({ hosts, net }) => {
      const { west, east } = hosts;
      const mode = 'tunnel' as const;
      for (const host of [west, east]) await host.xfrm.state.add(toEast(family, { mode, outputMark: { value: 0x20 } }));
      const template = { source: own, destination: peer, mode, reqid: 1 };
      const traffic = { source: own, destination: peer } as const;
      const mark = { value: 0x10, mask: 0xf0 };
      await west.xfrm.policy.add({ ...traffic, direction: 'out', mark, templates: [template] });
      await east.xfrm.policy.add({ ...traffic, direction: 'in', templates: [{ ...template, level: 'use' }] });
      const marked = (mark: number) => west.exec(`ping -c 1 -W 1 -m ${mark} ${peer}`);
      const sent = await caught(net, { from: west, protocol: 50 }, async () => {
        await expect((await marked(0x13)).stdout, { what: 'a ping with the mark' }).toMatch(/ 1 received/);
      });
      await expect(sent.length, { what: 'packets of ESP' }).toBe(1);
      await expect((await marked(0x23)).stdout, { what: 'a ping with another mark' }).toMatch(/ 1 received/);
      await expect((await east.xfrm.state.get(toEast(family)))?.use.packets, { what: 'packets of the SA' }).toBe(1n);
      // What the SA sends bears its mark, and is routed by it.
      const six = family === 6 ? '-6 ' : '';
      await west.exec(`ip ${six}rule add fwmark 0x20 table 100 && ip ${six}route add unreachable default table 100`);
      await expect((await marked(0x13)).stdout, { what: 'a ping whose ESP has no route' }).toMatch(
        / 0 received|nreachable|No route/,
      );
      await expect((await marked(0x23)).stdout, { what: 'a ping that is not protected' }).toMatch(/ 1 received/);
    },
  );
}

// net/xfrm/xfrm_policy.c, xfrm_lookup; drivers/net/vrf.c.
scenario('I5 traffic of a VRF is protected', pair, async ({ hosts, net }) => {
  const { west, east } = hosts;
  const { east: peer } = addresses[4];
  await west.exec('ip link add red type vrf table 100 && ip link set red up && ip link set eth0 master red');
  await connect(hosts);
  const sent = await caught(net, { from: west, protocol: 50 }, async () => {
    const { stdout } = await west.exec(`ping -c 2 -i 0.1 -W 1 -I red ${peer}`);
    await expect(stdout, { what: 'pings' }).toMatch(/ 2 received/);
  });
  await expect(sent.length, { what: 'packets of ESP' }).toBeAtLeast(2);
  await expect(west).not.toHaveSentInClear({ to: peer });
  await expect((await east.xfrm.state.get(toEast(4)))?.use.packets ?? 0n, { what: 'packets' }).toBeAtLeast(2n);
});
