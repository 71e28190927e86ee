import { expect, type Host, scenario, type XfrmPolicy } from 'espalier';
import { addresses, connect, families, pair, pings, refusedWith, toEast } from './labs.ts';

const directions = ['in', 'out', 'fwd'] as const;

/** How much the counters of lost packets rose while something was done. */
async function losses(host: Host, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await host.xfrmStat();
  await work();
  const after = Object.entries(await host.xfrmStat());
  return Object.fromEntries(
    after.map(([name, count]) => [name, count - (before[name] ?? 0)] as const).filter(([, more]) => more !== 0),
  );
}

for (const family of families) {
  const { west: own, east: peer, any } = addresses[family];

  // RFC 4301, 4.4.1; net/xfrm/xfrm_policy.c, xfrm_policy_insert: EEXIST.
  scenario(`P1 policies of IPv${family} are added, changed, found and deleted`, pair, async ({ hosts: { west } }) => {
    const { policy } = west.xfrm;
    for (const direction of directions) {
      const one: XfrmPolicy = { source: own, destination: peer, direction, priority: 10, action: 'block' };
      await policy.add(one);
      await policy.add(one, refusedWith.EEXIST);
      await policy.add({ ...one, priority: 99 }, refusedWith.EEXIST);
      await policy.update({ ...one, priority: 20, action: 'allow' });
      const found = await policy.get(one);
      await expect([found?.action, found?.priority, found?.direction], { what: `the policy ${direction}` }).toEqual([
        'allow',
        20,
        direction,
      ]);
      await policy.delete(one);
      await policy.get(one, refusedWith.ENOENT);
      await policy.delete(one, refusedWith.ENOENT);
      await policy.add({ ...one, set: 'sub' });
      await policy.add(one);
    }
    await expect((await policy.list()).length, { what: 'policies' }).toBe(6);
    await policy.flush('sub');
    await expect(
      (await policy.list()).map(({ type }) => type),
      { what: 'sets left' },
    ).toEqual(['main', 'main', 'main']);
    await policy.flush();
    await expect((await policy.list()).length, { what: 'policies left' }).toBe(0);
  });

  // net/xfrm/xfrm_policy.c, xfrm_policy_byid: a number tells a policy as well, together with its direction.
  scenario(`P1 a policy of IPv${family} is found by its index`, pair, async ({ hosts: { west } }) => {
    const { policy } = west.xfrm;
    const one: XfrmPolicy = { source: own, destination: peer, direction: 'out', index: 1001 };
    await policy.add(one);
    await policy.add({ source: peer, destination: own, direction: 'out', index: 1009 });
    const get = (index: number, direction = 'out') => `ip xfrm policy get index ${index} dir ${direction}`;
    await expect(west).toRun(get(1001), { prints: new RegExp(`src ${own}\\S* dst ${peer}`) });
    await expect(west).toRun(get(1017), { status: 2, prints: /No such file/ });
    await expect(west).toRun(get(1001, 'in'), { status: 2, prints: /No such file|Invalid/ });
    await expect(west).toRun('ip xfrm policy delete index 1001 dir out');
    await policy.get(one, refusedWith.ENOENT);
    await expect((await policy.list()).length, { what: 'policies left' }).toBe(1);
  });

  // RFC 4301, 4.4.1: the SPD is ordered. Linux: by priority; of equal ones the first that was added.
  scenario(`P2 of policies of IPv${family} the lower number is stronger`, pair, async ({ hosts: { west } }) => {
    const { policy } = west.xfrm;
    const all: XfrmPolicy = { source: any, destination: any, direction: 'out' };
    const host: XfrmPolicy = { source: own, destination: peer, direction: 'out' };
    const sent = () => pings(west, peer);
    // Hosts that know each other need no Neighbour Discovery, which policies of IPv6 would stop as well.
    await expect(await sent(), { what: 'pings without a policy' }).toBe(1);
    await policy.add({ ...all, action: 'block', priority: 20 });
    await expect(await losses(west, sent), { what: 'losses of the one that blocks' }).toEqual({ XfrmOutPolBlock: 1 });
    await policy.add({ ...host, action: 'allow', priority: 10 });
    await expect(await sent(), { what: 'pings by a stronger one that allows' }).toBe(1);
    await policy.update({ ...all, action: 'block', priority: 5 });
    await expect(await losses(west, sent), { what: 'losses of the one that blocks, now stronger' }).toEqual({
      XfrmOutPolBlock: 1,
    });
    const equals = [
      { ...all, action: 'block', priority: 10 },
      { ...host, action: 'allow', priority: 10 },
    ] as const;
    for (const [order, answered] of [
      [equals, 0],
      [equals.toReversed(), 1],
    ] as const) {
      await policy.flush();
      for (const one of order) await policy.add(one);
      await expect(await sent(), { what: `pings where the policy that came first is to ${order[0]?.action}` }).toBe(
        answered,
      );
    }
  });

  // net/xfrm/xfrm_policy.c, xfrm_policy_insert_list and __xfrm_policy_link: an update of equal priority keeps its place in its own list,
  // and is the youngest for policies of other lists. Whole addresses are in one list, everything in another.
  scenario(`P2 what an update of a policy of IPv${family} does to its place`, pair, async ({ hosts: { west } }) => {
    const { policy } = west.xfrm;
    const sent = () => pings(west, peer);
    const out = { direction: 'out', priority: 10 } as const;
    const all: XfrmPolicy = { ...out, source: any, destination: any, action: 'block' };
    const host: XfrmPolicy = { ...out, source: own, destination: peer, action: 'allow' };
    const ping: XfrmPolicy = { ...host, action: 'block', protocol: family === 4 ? 'icmp' : 'ipv6-icmp' };
    await expect(await sent(), { what: 'pings without a policy' }).toBe(1);
    await policy.add(all);
    await policy.add(host);
    await expect(await sent(), { what: 'pings by two lists, the older policy blocks' }).toBe(0);
    await policy.update(all);
    await expect(await sent(), { what: 'pings after its update' }).toBe(1);
    await policy.flush();
    await policy.add(ping);
    await policy.add(host);
    await policy.update(ping);
    await expect(await sent(), { what: 'pings by one list, after an update of the older, which blocks' }).toBe(0);
    await policy.update({ ...ping, priority: 20 });
    await policy.update(ping);
    await expect(await sent(), { what: 'pings after it was weaker for a while' }).toBe(1);
  });

  // net/xfrm/xfrm_policy.c, xfrm_policy_find_inexact_candidates: trees of prefixes, whatever the order in which they came.
  scenario(
    `P3 overlapping policies of IPv${family}, in all orders and with all thresholds`,
    pair,
    async ({ hosts: { west, east } }) => {
      const { policy } = west.xfrm;
      const net =
        family === 4
          ? ['10.2.0.0/24', '10.2.0.16/28', '10.2.0.17']
          : ['2001:db8:a::/64', '2001:db8:a::10/124', '2001:db8:a::11'];
      const [wide = '', middle = '', single = ''] = net;
      const targets =
        family === 4 ? ['10.2.0.1', '10.2.0.18', '10.2.0.17'] : ['2001:db8:a::1', '2001:db8:a::12', '2001:db8:a::11'];
      for (const target of targets) await east.exec(`ip addr add ${target} dev lo`);
      await west.exec(`ip route add ${wide} via ${peer}`);
      const [, length = ''] = wide.split('/');
      const three: readonly XfrmPolicy[] = [
        {
          source: any,
          destination: `${wide.split('/')[0]}/${length}`,
          direction: 'out',
          action: 'block',
          priority: 30,
        },
        { source: any, destination: middle, direction: 'out', action: 'allow', priority: 20 },
        { source: any, destination: single, direction: 'out', action: 'block', priority: 10 },
      ];
      const orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ];
      const thresholds =
        family === 4
          ? ([
              [32, 32],
              [24, 0],
              [0, 0],
            ] as const)
          : ([
              [128, 128],
              [64, 0],
              [0, 0],
            ] as const);
      for (const [at, order] of orders.entries()) {
        await policy.flush();
        for (const which of order) {
          const one = three[which];
          if (one !== undefined) await policy.add(one);
        }
        const lengths = thresholds[at % thresholds.length];
        if (lengths !== undefined) await policy.setThresholds(family === 4 ? { v4: lengths } : { v6: lengths });
        const reached: number[] = [];
        const lost = await losses(west, async () => {
          for (const target of targets) reached.push(await pings(west, target));
        });
        await expect(reached, {
          what: `pings to the network, the exception and the host, order ${order.join('')}`,
        }).toEqual([0, 1, 0]);
        await expect(lost, { what: 'losses' }).toEqual({ XfrmOutPolBlock: 2 });
      }
    },
  );

  // RFC 4301, 4.4.1.1: selectors of the upper layer.
  scenario(`P4 policies of IPv${family} select ports, and types of ICMP`, pair, async ({ hosts: { west, east } }) => {
    const { policy } = west.xfrm;
    const block = { source: own, destination: peer, direction: 'out', action: 'block' } as const;
    await policy.add({ ...block, protocol: 'udp', destinationPort: 5000 });
    await expect(west).toConnect(east, { port: 5001, protocol: 'udp', at: peer });
    await expect(west).not.toConnect(east, { port: 5000, protocol: 'udp', at: peer, within: 0 });
    await expect(west).toConnect(east, { port: 5000, protocol: 'tcp', at: peer });
    await policy.add({ ...block, protocol: 'tcp', sourcePort: 4000 });
    await expect(west).toConnect(east, { port: 6000, protocol: 'tcp', at: peer, fromPort: 4001 });
    await expect(west).not.toConnect(east, { port: 6000, protocol: 'tcp', at: peer, fromPort: 4000, within: 0 });
    await expect(await pings(west, peer), { what: 'pings beside these policies' }).toBe(1);
    const [protocol, type] = family === 4 ? (['icmp', 8] as const) : (['ipv6-icmp', 128] as const);
    await policy.add({ ...block, protocol, type, code: 1 });
    await expect(await pings(west, peer), { what: 'pings beside a policy of another code' }).toBe(1);
    await policy.add({ ...block, protocol, type, code: 0 });
    await expect(await losses(west, () => pings(west, peer)), { what: 'losses of the ping' }).toEqual({
      XfrmOutPolBlock: 1,
    });
  });

  // RFC 4301, 4.4.1: PROTECT, BYPASS, DISCARD; XFRM_MSG_SETDEFAULT where no policy matches.
  scenario(
    `P5 what policies of IPv${family} do, and what happens without one`,
    pair,
    async ({ hosts: { west, east } }) => {
      const inward = { source: own, destination: peer, direction: 'in' } as const;
      await east.xfrm.policy.add({ ...inward, action: 'block' });
      await expect(await losses(east, () => pings(west, peer)), { what: 'losses by an inbound block' }).toEqual({
        XfrmInPolBlock: 1,
      });
      await east.xfrm.policy.update({ ...inward, action: 'allow' });
      await expect(await pings(west, peer), { what: 'pings by an inbound bypass' }).toBe(1);
      await east.xfrm.policy.setDefault({ in: 'block' });
      await expect(east).toRun('ip xfrm policy getdefault', { prints: /in: +block\s+fwd: +accept\s+out: +accept/ });
      await expect(await pings(west, peer), { what: 'pings by the bypass beside a default that blocks' }).toBe(1);
      await east.xfrm.policy.flush();
      await expect(await losses(east, () => pings(west, peer)), { what: 'losses without a policy' }).toEqual({
        XfrmInNoPols: 1,
      });
      await east.xfrm.policy.setDefault({ in: 'accept' });
      await expect(await pings(west, peer), { what: 'pings by the default' }).toBe(1);
      await west.xfrm.policy.setDefault({ out: 'block' });
      // It is not counted (xfrm_lookup_with_ifid, nopol).
      await expect(await pings(west, peer), { what: 'pings by a default that blocks what goes out' }).toBe(0);
      await west.xfrm.policy.add({ source: own, destination: peer, direction: 'out' });
      await expect(await pings(west, peer), { what: 'pings by a bypass beside it' }).toBe(1);
    },
  );

  // net/xfrm/xfrm_policy.c, xfrm_policy_ok and xfrm_tmpl_resolve_one: `level use` asks for nothing.
  scenario(`P6 a template of IPv${family} that is not required`, pair, async ({ hosts: { west, east } }) => {
    const template = { source: own, destination: peer, reqid: 1 };
    const inward = { source: own, destination: peer, direction: 'in' } as const;
    await east.xfrm.policy.add({ ...inward, templates: [{ ...template, level: 'use' }] });
    await expect(await pings(west, peer), { what: 'pings in clear where ESP may be' }).toBe(1);
    await east.xfrm.policy.update({ ...inward, templates: [template] });
    await expect(await losses(east, () => pings(west, peer)), { what: 'losses where ESP must be' }).toEqual({
      XfrmInTmplMismatch: 1,
    });
    await east.xfrm.policy.flush();
    const outward = { source: own, destination: peer, direction: 'out' } as const;
    await west.xfrm.policy.add({ ...outward, templates: [{ ...template, level: 'use' }] });
    await expect(await pings(west, peer), { what: 'pings without an SA where ESP may be' }).toBe(1);
    for (const host of [west, east]) await host.xfrm.state.add(toEast(family));
    await expect(await pings(west, peer), { what: 'pings with one' }).toBe(1);
    await expect((await east.xfrm.state.get(toEast(family)))?.use.packets, { what: 'packets of the SA' }).toBe(1n);
  });

  // net/xfrm/xfrm_policy.c, xfrm_policy_timer.
  scenario(`P7 a policy of IPv${family} expires`, pair, async ({ hosts: { west }, clock }) => {
    const limits = { softSeconds: 60, hardSeconds: 120 };
    await west.xfrm.policy.add({ source: own, destination: peer, direction: 'out', action: 'block', limits });
    await clock.advance('70s');
    await expect(west).toSeeXfrm('policy-expire', { hard: false, to: peer }, { count: 1, within: 0 });
    await expect(west).toHavePolicy({ destination: peer }, { within: 0 });
    await expect(await pings(west, peer), { what: 'pings while it lasts' }).toBe(0);
    await clock.advance('60s');
    await expect(west).toSeeXfrm('policy-expire', { hard: true, to: peer }, { count: 1, within: 0 });
    await expect(west).not.toHavePolicy({ destination: peer }, { within: 0 });
    await expect(await pings(west, peer), { what: 'pings after it' }).toBe(1);
  });

  // RFC 4301, 5.2, step 4: what arrives has to have been protected as the policy says.
  scenario(
    `P9 packets of IPv${family} that were not protected as the policy wants are refused`,
    pair,
    async ({ hosts: { west, east } }) => {
      await connect({ west, east }, { family });
      await expect(await pings(west, peer), { what: 'pings as both want' }).toBe(1);
      await west.xfrm.policy.flush();
      await expect(await losses(east, () => pings(west, peer)), { what: 'losses of what came in clear' }).toEqual({
        XfrmInTmplMismatch: 1,
      });
      const outward = { source: own, destination: peer, direction: 'out' } as const;
      for (const host of [west, east]) await host.xfrm.state.add(toEast(family, { spi: 0x3001, reqid: 3 }));
      await west.xfrm.policy.add({ ...outward, templates: [{ source: own, destination: peer, reqid: 3 }] });
      await expect(await losses(east, () => pings(west, peer)), { what: 'losses of what came by another SA' }).toEqual({
        XfrmInTmplMismatch: 1,
      });
      await east.xfrm.policy.flush();
      // __xfrm_policy_check: without a policy a transport SA's packet is taken, and what came out of a tunnel is not.
      await expect(await losses(east, () => pings(west, peer)), {
        what: 'losses of transport mode without a policy',
      }).toEqual({});
      const tunnel = { spi: 0x3002, reqid: 4, mode: 'tunnel' } as const;
      for (const host of [west, east]) await host.xfrm.state.add(toEast(family, tunnel));
      await west.xfrm.policy.update({
        ...outward,
        templates: [{ source: own, destination: peer, reqid: 4, mode: 'tunnel' }],
      });
      await expect(await losses(east, () => pings(west, peer)), {
        what: 'losses of a tunnel without a policy',
      }).toEqual({ XfrmInNoPols: 1 });
    },
  );
}
