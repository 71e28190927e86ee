import { expect, type Host, scenario, type XfrmPolicy, type XfrmSa, type XfrmTemplate } from 'espalier';
import { addresses, type Family, families, pair, pings } from './labs.ts';

/** One transform, innermost first as a policy has them. */
interface Layer extends Pick<XfrmSa, 'mode'> {
  readonly protocol?: 'esp' | 'ah' | 'ipcomp';
  readonly more?: Partial<XfrmSa>;
}

const spiOf = (at: number, back: boolean): number => 0x2001 + 2 * at + (back ? 1 : 0);

/** Adds layers in both directions on both hosts: SAs, and one policy each way whose templates are the layers. */
async function stack(
  hosts: { readonly west: Host; readonly east: Host },
  {
    layers,
    family,
    inner = addresses[family],
  }: { layers: readonly Layer[]; family: Family; inner?: { west: string; east: string } },
  expecting?: Parameters<Host['xfrm']['policy']['add']>[1],
): Promise<void> {
  const { west, east } = addresses[family];
  for (const back of [false, true]) {
    const [source, destination] = back ? [east, west] : [west, east];
    const templates: XfrmTemplate[] = layers.map(({ protocol = 'esp', mode = 'transport' }, at) => ({
      ...(mode === 'transport' ? {} : { source, destination }),
      protocol,
      mode,
      reqid: at + 1,
      // RFC 3173, 2.2: what does not become smaller goes without.
      ...(protocol === 'ipcomp' && { level: 'use' }),
    }));
    for (const host of [hosts.west, hosts.east]) {
      for (const [at, { protocol = 'esp', mode = 'transport', more }] of layers.entries())
        await host.xfrm.state.add({
          source,
          destination,
          spi: spiOf(at, back),
          reqid: at + 1,
          protocol,
          mode,
          ...more,
        });
      const isOut = (host === hosts.west) !== back;
      const [from, to] = back ? [inner.east, inner.west] : [inner.west, inner.east];
      const policy: XfrmPolicy = { source: from, destination: to, direction: isOut ? 'out' : 'in', templates };
      await host.xfrm.policy.add(policy, expecting);
    }
  }
}

/** Each SA of both hosts has carried so many packets. With IPv6 outside also unicast Neighbour Discovery may be protected (RFC 4861, 7.3). */
async function expectPackets(
  hosts: { readonly west: Host; readonly east: Host },
  { count, family }: { readonly count: number; readonly family: Family },
): Promise<void> {
  for (const host of [hosts.west, hosts.east]) {
    const sas = (await host.xfrm.state.list()).filter(({ protocol }) => protocol === 'esp' || protocol === 'ah');
    await expect(sas.length, { what: 'SAs', host }).toBeAtLeast(2);
    const [least, most] = [sas, sas].map((all, at) =>
      Math[at === 0 ? 'min' : 'max'](...all.map(({ use }) => Number(use.packets))),
    );
    await expect(least ?? 0, { what: 'packets of the SA with the fewest', host }).toBeAtLeast(count);
    await expect(most ?? 0, { what: 'packets of the SA with the most', host }).toBeAtMost(
      family === 4 ? count : count + 4,
    );
    const lost = Object.entries(await host.xfrmStat()).filter(([, packets]) => packets !== 0);
    await expect(lost, { what: 'losses', host }).toEqual([]);
  }
}

/** Networks behind the hosts, for tunnels between families. */
const inners = {
  4: { west: '10.1.0.1', east: '10.2.0.1' },
  6: { west: '2001:db8:a::1', east: '2001:db8:b::1' },
} as const;

async function addInner({ west, east }: { west: Host; east: Host }, inner: Family, outer: Family): Promise<void> {
  const ends = inners[inner];
  await west.exec(`ip addr add ${ends.west} dev lo`);
  await east.exec(`ip addr add ${ends.east} dev lo`);
  const six = inner === 6 ? '-6 ' : '';
  const via = (host: 'west' | 'east'): string => (inner === outer ? `via ${addresses[outer][host]}` : 'dev eth0');
  await west.exec(`ip ${six}route add ${ends.east} ${via('east')} src ${ends.west}`);
  await east.exec(`ip ${six}route add ${ends.west} ${via('west')} src ${ends.east}`);
}

for (const protocol of ['esp', 'ah'] as const) {
  for (const family of families) {
    // RFC 4301, 4.1; RFC 4302 and 4303, 3.1.1. Pings that fit and pings that are fragmented; TCP and UDP.
    scenario(`B1 ${protocol} in transport mode over IPv${family}`, pair, async ({ hosts }) => {
      await stack(hosts, { layers: [{ protocol }], family });
      const peer = addresses[family].east;
      await expect(await pings(hosts.west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
      await expect(await pings(hosts.west, peer, { size: 4000 }), { what: 'large pings' }).toBe(1);
      await expectPackets(hosts, { count: 3, family });
      await expect(hosts.west).toConnect(hosts.east, { port: 7000, at: peer });
      await expect(hosts.west).toConnect(hosts.east, { port: 7000, protocol: 'udp', at: peer });
      await expect(hosts.west).not.toHaveSentInClear({ to: peer });
    });

    for (const inner of families) {
      scenario(`B1 ${protocol} in tunnel mode, IPv${inner} in IPv${family}`, pair, async ({ hosts }) => {
        await addInner(hosts, inner, family);
        const ends = inners[inner];
        // The SA takes packets of the other family than its own.
        const more = inner === family ? {} : { flags: ['af-unspec'] };
        await stack(hosts, { layers: [{ protocol, mode: 'tunnel', more }], family, inner: ends });
        await expect(await pings(hosts.west, ends.east, { count: 2 }), { what: 'pings' }).toBe(2);
        await expect(await pings(hosts.west, ends.east, { size: 1200 }), { what: 'large pings' }).toBe(1);
        await expectPackets(hosts, { count: 3, family });
        await expect(hosts.west).not.toHaveSentInClear({ to: ends.east });
      });
    }
  }
}

for (const family of families) {
  const peer = addresses[family].east;

  for (const count of [2, 3, 4, 5]) {
    // net/xfrm: XFRM_MAX_DEPTH is 6, of which a bundle uses one for itself.
    scenario(`B2 ESP ${count} times over IPv${family}`, pair, async ({ hosts }) => {
      await stack(hosts, { layers: Array.from({ length: count }, () => ({})), family });
      await expect(await pings(hosts.west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
      await expectPackets(hosts, { count: 2, family });
    });
  }

  scenario(`B2 seven templates of IPv${family} are refused`, pair, async ({ hosts: { west } }) => {
    const templates = Array.from({ length: 7 }, (_, at) => ({ reqid: at + 1 }));
    const policy: XfrmPolicy = { source: addresses[family].west, destination: peer, direction: 'out', templates };
    await expect(west).toRun(
      `ip xfrm policy add src ${policy.source} dst ${peer} dir out ${templates.map(() => 'tmpl proto esp').join(' ')}`,
      {
        status: 'any',
        prints: /Template count|Invalid argument|too many/i,
      },
    );
    await expect((await west.xfrm.policy.list()).length, { what: 'policies' }).toBe(0);
  });

  // RFC 4301, 4.5; RFC 3173, 2. The order of templates is the order of processing.
  const bundles: Readonly<Record<string, readonly Layer[]>> = {
    'AH around ESP': [{ protocol: 'esp' }, { protocol: 'ah' }],
    'ESP around IPComp': [{ protocol: 'ipcomp' }, { protocol: 'esp' }],
    'AH around IPComp': [{ protocol: 'ipcomp' }, { protocol: 'ah' }],
    'AH around ESP around IPComp': [{ protocol: 'ipcomp' }, { protocol: 'esp' }, { protocol: 'ah' }],
  };
  for (const [title, layers] of Object.entries(bundles)) {
    scenario(`B3 ${title} over IPv${family}`, pair, async ({ hosts }) => {
      await stack(hosts, { layers, family });
      await expect(await pings(hosts.west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
      // Compressible, so IPComp has something to do (RFC 3173, 2.2).
      await expect(await pings(hosts.west, peer, { size: 1000 }), { what: 'large pings' }).toBe(1);
      await expectPackets(hosts, { count: 3, family });
    });
  }

  scenario(`B3 AH and ESP over IPv${family} in the wrong order are refused`, pair, async ({ hosts }) => {
    await stack(hosts, { layers: [{ protocol: 'esp' }, { protocol: 'ah' }], family });
    await hosts.east.xfrm.policy.update({
      source: addresses[family].west,
      destination: peer,
      direction: 'in',
      templates: [
        { protocol: 'ah', reqid: 2 },
        { protocol: 'esp', reqid: 1 },
      ],
    });
    const before = (await hosts.east.xfrmStat()).XfrmInTmplMismatch ?? 0;
    await expect(await pings(hosts.west, peer), { what: 'pings' }).toBe(0);
    await expect(((await hosts.east.xfrmStat()).XfrmInTmplMismatch ?? 0) - before, { what: 'packets refused' }).toBe(1);
  });

  // RFC 3173, 2.2: a packet that does not become smaller goes as it is, and has to be taken.
  scenario(`B4 a small packet of IPv${family} goes uncompressed where IPComp is wanted`, pair, async ({ hosts }) => {
    await stack(hosts, { layers: [{ protocol: 'ipcomp' }], family });
    await expect(await pings(hosts.west, peer, { size: 8 }), { what: 'small pings' }).toBe(1);
    await expect(await pings(hosts.west, peer, { size: 1000 }), { what: 'large pings' }).toBe(1);
  });
}
