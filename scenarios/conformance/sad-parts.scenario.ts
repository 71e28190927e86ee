import { expect, ipPacket, scenario, sealedEsp } from 'espalier';
import { saDirection } from './features.ts';
import { addresses, connect, families, inSpi, outSpi, pair, pings, toEast, toWest } from './labs.ts';
import { echoReply } from './packets.ts';

/** The other address of each host, on the second link. */
const moved = { 4: ['198.18.2.1', '198.18.2.2'], 6: ['2001:db8:2::1', '2001:db8:2::2'] } as const;

/** Of rows about the direction of SAs. */
const withDirection = { ...pair, needs: [saDirection] } as const;

for (const family of families) {
  const { west: own, east: peer } = addresses[family];

  // RFC 4555, 3.5; net/xfrm/xfrm_policy.c, xfrm_migrate: SAs and templates move at once, and go on counting.
  scenario(
    `S12 SA and policy of IPv${family} move to other addresses`,
    { ...pair, links: { wan: ['west', 'east'], lte: ['west', 'east'] } },
    async ({ hosts: { west, east } }) => {
      const parts = { mode: 'tunnel', replayWindow: 64, esn: true } as const;
      const [newWest, newEast] = moved[family];
      const tunnel = { protocol: 'esp', mode: 'tunnel', reqid: 1 } as const;
      const outward = { source: own, destination: peer, direction: 'out' } as const;
      const inward = { source: peer, destination: own, direction: 'in' } as const;
      await west.xfrm.state.add(toEast(family, { ...parts, sent: 500n }));
      await west.xfrm.state.add(toWest(family, { ...parts, received: 700n }));
      await west.xfrm.policy.add({ ...outward, templates: [{ ...tunnel, source: own, destination: peer }] });
      await west.xfrm.policy.add({ ...inward, templates: [{ ...tunnel, source: peer, destination: own }] });
      await west.xfrm.migrate({ reqid: 1, policy: outward, from: [own, peer], to: [newWest, newEast] });
      await west.xfrm.migrate({ reqid: 1, policy: inward, from: [peer, own], to: [newEast, newWest] });
      await expect(west).toSeeXfrm('migrate', { destination: newEast }, { count: 1 });
      await expect(west).toSeeXfrm('migrate', { destination: newWest }, { count: 1 });
      const [there, back] = [
        await west.xfrm.state.get({ destination: newEast, spi: outSpi }),
        await west.xfrm.state.get({ destination: newWest, spi: inSpi }),
      ];
      await expect([there?.source, there?.replay?.outbound, there?.esn], { what: 'the SA that sends' }).toEqual([
        newWest,
        500,
        true,
      ]);
      await expect([back?.source, back?.replay?.inbound, back?.replayWindow], { what: 'the SA that receives' }).toEqual(
        [newEast, 700, 64],
      );
      await expect((await west.xfrm.state.list()).length, { what: 'SAs' }).toBe(2);
      // The peer learns of it as from IKE.
      await east.xfrm.state.add(toEast(family, { ...parts, source: newWest, destination: newEast, received: 500n }));
      await east.xfrm.state.add(toWest(family, { ...parts, source: newEast, destination: newWest, sent: 700n }));
      await east.xfrm.policy.add({
        ...outward,
        direction: 'in',
        templates: [{ ...tunnel, source: newWest, destination: newEast }],
      });
      await east.xfrm.policy.add({
        ...inward,
        direction: 'out',
        templates: [{ ...tunnel, source: newEast, destination: newWest }],
      });
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings after the move' }).toBe(2);
      const received = await east.xfrm.state.get({ destination: newEast, spi: outSpi });
      await expect(received?.replay?.inbound, { what: 'sequence number received' }).toBe(502);
    },
  );

  // RFC 4555, 3.5: each end moves when it learns of it. Between, they have the same SA with other addresses.
  scenario(
    `S12 both ends of IPv${family} move, one after the other, and traffic goes on`,
    { ...pair, links: { wan: ['west', 'east'], lte: ['west', 'east'] } },
    async ({ hosts: { west, east } }) => {
      await connect({ west, east }, { family, sa: { mode: 'tunnel', replayWindow: 64 } });
      const [newWest, newEast] = moved[family];
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings before' }).toBe(2);
      for (const host of [west, east]) {
        const [out, inward] = host === west ? (['out', 'in'] as const) : (['in', 'out'] as const);
        const there = { reqid: 1, policy: { source: own, destination: peer, direction: out } };
        const back = { reqid: 1, policy: { source: peer, destination: own, direction: inward } };
        await host.xfrm.migrate({ ...there, from: [own, peer], to: [newWest, newEast] });
        await host.xfrm.migrate({ ...back, from: [peer, own], to: [newEast, newWest] });
      }
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings after' }).toBe(2);
      const received = await east.xfrm.state.get({ destination: newEast, spi: outSpi });
      await expect([received?.source, received?.replay?.inbound], { what: 'source and last number' }).toEqual([
        newWest,
        4,
      ]);
    },
  );

  // net/xfrm/xfrm_policy.c, xfrm_migrate_check: what nobody has cannot move.
  scenario(`S12 a policy of IPv${family} that is not there does not move`, pair, async ({ hosts: { west } }) => {
    const [newWest, newEast] = moved[family];
    const policy = { source: own, destination: peer, direction: 'out' } as const;
    await west.xfrm.migrate({ policy, from: [own, peer], to: [newWest, newEast] }, { expect: 'refused' });
    await expect(west).not.toSeeXfrm('migrate', {}, { within: 0 });
  });

  // RFC 6311, 5: a standby goes on where the active one was.
  scenario(
    `S13 sequence numbers of IPv${family} are given and taken over`,
    pair,
    async ({ hosts: { west, east }, net }) => {
      await connect(
        { west, east },
        { family, sa: { replayWindow: 32 }, atWest: { sent: 500n }, atEast: { received: 499n } },
      );
      await expect(await pings(west, peer), { what: 'pings answered' }).toBe(1);
      const [sent, got] = [await west.xfrm.state.get(toEast(family)), await east.xfrm.state.get(toEast(family))];
      await expect([sent?.replay?.outbound, got?.replay?.inbound], { what: 'sequence numbers' }).toEqual([501, 501]);
      const reply = echoReply(own, peer);
      const packet = (sequence: number) =>
        sealedEsp(sent, { from: west, to: east, sequence, nextHeader: reply.protocol, inner: reply.octets });
      const seq = { expect: 'refused', at: east, counter: 'XfrmInStateSeqError' } as const;
      await net.link('wan').inject(packet(501), seq);
      await net.link('wan').inject(packet(400), seq);
      await net.link('wan').inject(packet(502), { expect: 'accepted', at: east });
    },
  );

  // libreswan's get_kernel_state and strongSwan's query_sa read these: struct xfrm_lifetime_cur, XFRMA_LASTUSED.
  scenario(
    `S14 an SA of IPv${family} counts its traffic and knows when it was used`,
    pair,
    async ({ hosts: { west, east }, clock }) => {
      await connect({ west, east }, { family });
      await clock.advance('100s');
      await expect(await pings(west, peer, { count: 3 }), { what: 'pings answered' }).toBe(3);
      for (const [host, id] of [
        [west, toWest(family)],
        [east, toEast(family)],
      ] as const) {
        const sa = await host.xfrm.state.get(id);
        // With IPv6 also unicast Neighbour Discovery may be protected (RFC 4861, 7.3).
        const packets = expect(sa?.use.packets ?? 0n, { what: 'packets', host });
        await (family === 4 ? packets.toBe(3n) : packets.toBeAtLeast(3n));
        await expect(sa?.use.bytes ?? 0n, { what: 'bytes', host }).toBeAtLeast(3n * 64n);
        await expect((sa?.use.useTime ?? 0n) - (sa?.use.addTime ?? 0n), {
          what: 's to its first use',
          host,
        }).toBeAtLeast(99n);
        await expect((sa?.lastUsed ?? 0n) - (sa?.use.addTime ?? 0n), { what: 's to its last use', host }).toBeAtLeast(
          99n,
        );
      }
      await clock.advance('100s');
      const later = await east.xfrm.state.get(toEast(family));
      await expect((later?.lastUsed ?? 0n) - (later?.use.addTime ?? 0n), { what: 's to its last use' }).toBeAtMost(
        110n,
      );
    },
  );

  // RFC 4301, 5.2, step 4: what comes out of a tunnel has to fit the SA's selector.
  scenario(
    `S15 a packet of IPv${family} that the selector of its SA excludes is refused`,
    pair,
    async ({ hosts: { west, east }, net }) => {
      const selector = { source: own, destination: peer };
      const sa = toEast(family, { mode: 'tunnel', selector, flags: [] });
      await east.xfrm.state.add(sa);
      const { any } = addresses[family];
      const templates = [{ source: own, destination: peer, mode: 'tunnel', reqid: 1 } as const];
      await east.xfrm.policy.add({ source: any, destination: any, direction: 'in', templates });
      const held = await east.xfrm.state.get(sa);
      const packet = (source: string, sequence: number) =>
        sealedEsp(held, {
          from: west,
          to: east,
          sequence,
          nextHeader: family === 4 ? 4 : 41,
          inner: ipPacket({ source, destination: peer, ...echoReply(source, peer) }),
        });
      await net.link('wan').inject(packet(own, 1), { expect: 'accepted', at: east });
      const [stranger] = [family === 4 ? '198.18.1.77' : '2001:db8:1::77'];
      const refused = { expect: 'refused', at: east, counter: 'XfrmInStateMismatch' } as const;
      await net.link('wan').inject(packet(stranger, 2), refused);
      await net.link('wan').inject(packet(own, 3), { expect: 'accepted', at: east });
    },
  );

  // net/xfrm/xfrm_user.c, verify_newsa_info: an SA that says its direction has nothing of the other one.
  scenario(`S16 an SA of IPv${family} with a direction`, withDirection, async ({ hosts: { west } }) => {
    const { state } = west.xfrm;
    await state.add(toEast(family, { direction: 'out', replayWindow: 32 }), { expect: 'refused' });
    await state.add(toEast(family, { direction: 'out', flags: ['wildrecv'] }), { expect: 'refused' });
    await state.add(toWest(family, { direction: 'in', extraFlags: ['oseq-may-wrap'] }), { expect: 'refused' });
    await state.add(toWest(family, { direction: 'in', flags: ['nopmtudisc'] }), { expect: 'refused' });
    await state.add(toEast(family, { mode: 'tunnel', direction: 'out', tfcPadding: 100 }));
    await state.add(toWest(family, { direction: 'in', replayWindow: 32 }));
    const [there, back] = [await state.get(toEast(family)), await state.get(toWest(family))];
    await expect([there?.direction, back?.direction], { what: 'directions' }).toEqual(['out', 'in']);
    await expect(there?.tfcPadding, { what: 'padding' }).toBe(100);
  });

  // net/xfrm/xfrm_input.c, xfrm_input: XfrmInStateDirError; net/xfrm/xfrm_state.c, xfrm_state_find.
  scenario(
    `S16 an SA of IPv${family} works in its own direction alone`,
    withDirection,
    async ({ hosts: { west, east }, net }) => {
      const templates = [{ source: own, destination: peer, reqid: 1 }];
      const traffic = { source: own, destination: peer, templates };
      await west.xfrm.state.add(toEast(family, { direction: 'out' }));
      await west.xfrm.policy.add({ ...traffic, direction: 'out' });
      await east.xfrm.state.add(toEast(family, { direction: 'in', replayWindow: 32 }));
      await east.xfrm.policy.add({ ...traffic, direction: 'in' });
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
      await east.xfrm.state.add(toEast(family, { spi: 0x3001, direction: 'out' }));
      const held = await east.xfrm.state.get(toEast(family, { spi: 0x3001 }));
      const reply = echoReply(own, peer);
      const packet = sealedEsp(held, {
        from: west,
        to: east,
        sequence: 1,
        nextHeader: reply.protocol,
        inner: reply.octets,
      });
      await net.link('wan').inject(packet, { expect: 'refused', at: east, counter: 'XfrmInStateDirError' });
    },
  );

  scenario(
    `S16 marks, interface numbers and flags of an SA of IPv${family} are kept`,
    pair,
    async ({ hosts: { west } }) => {
      const parts = {
        outputMark: { value: 0x10, mask: 0xff },
        ifId: 7,
        flags: ['noecn', 'decap-dscp', 'nopmtudisc', 'wildrecv', 'icmp'],
        extraFlags: ['dont-encap-dscp', 'oseq-may-wrap'],
      } as const;
      await west.xfrm.state.add(toEast(family, { mode: 'tunnel', ...parts }));
      const sa = await west.xfrm.state.get(toEast(family));
      await expect([sa?.outputMark, sa?.ifId], { what: 'mark and interface' }).toEqual([parts.outputMark, 7]);
      await expect(sa?.flags.toSorted(), { what: 'flags' }).toEqual([...parts.flags, ...parts.extraFlags].toSorted());
    },
  );

  // net/xfrm/xfrm_state.c, xfrm_state_find: an SA of an interface is none of a policy without.
  scenario(
    `S16 an SA of IPv${family} with an interface number serves no policy without`,
    pair,
    async ({ hosts: { west } }) => {
      await west.xfrm.listen();
      await west.xfrm.state.add(toEast(family, { ifId: 7 }));
      const templates = [{ source: own, destination: peer, reqid: 1 }];
      await west.xfrm.policy.add({ source: own, destination: peer, direction: 'out', templates });
      await expect(await pings(west, peer), { what: 'pings answered' }).toBe(0);
      const sa = await west.xfrm.state.get(toEast(family));
      await expect(sa?.use.packets, { what: 'packets of the SA' }).toBe(0n);
      await expect(west).toSeeXfrm('acquire', { destination: peer });
    },
  );
}
