import { expect, scenario } from 'espalier';
import { addresses, connect, families, outSpi, pair, pings, toEast, toWest } from './labs.ts';

for (const family of families) {
  const { east: peer } = addresses[family];

  // RFC 4301, 4.4.2.1: a soft limit warns, a hard one ends the SA. xfrm_state_check_expire counts before it adds.
  scenario(`S6 an SA of IPv${family} expires by packets`, pair, async ({ hosts: { west, east } }) => {
    await west.xfrm.listen();
    await connect({ west, east }, { family, atWest: { limits: { softPackets: 3, hardPackets: 5 } } });
    await expect(await pings(west, peer, { count: 3 }), { what: 'pings up to the soft limit' }).toBe(3);
    await expect(west).not.toSeeXfrm('expire', {}, { within: 0 });
    await expect(await pings(west, peer), { what: 'pings past it' }).toBe(1);
    await expect(west).toSeeXfrm('expire', { hard: false, spi: outSpi }, { count: 1 });
    await expect(await pings(west, peer, { count: 4 }), { what: 'pings up to the hard limit' }).toBe(1);
    await expect(west).toSeeXfrm('expire', { hard: true, spi: outSpi }, { count: 1 });
    await expect(west).not.toHaveSa({ destination: peer }, { within: 0 });
    const received = await east.xfrm.state.get(toEast(family));
    await expect(received?.use.packets, { what: 'packets that arrived' }).toBe(5n);
    await expect(west).toSeeXfrm('acquire', { destination: peer });
  });

  scenario(`S7 an SA of IPv${family} expires by bytes`, pair, async ({ hosts: { west, east } }) => {
    await connect({ west, east }, { family, atWest: { limits: { softBytes: 500, hardBytes: 1000 } } });
    const answered = await pings(west, peer, { count: 12, size: 100 });
    const received = await east.xfrm.state.get(toEast(family));
    await expect(received?.use.packets, { what: 'packets that arrived' }).toBe(BigInt(answered));
    // A packet that begins below the limit goes: the SA has carried the limit, and less than one packet more.
    await expect(received?.use.bytes ?? 0n, { what: 'bytes' }).toBeAtLeast(1000n);
    await expect(received?.use.bytes ?? 0n, { what: 'bytes' }).toBeAtMost(1000n + 200n);
    await expect(west).toSeeXfrm('expire', { hard: false, spi: outSpi }, { count: 1 });
    await expect(west).toSeeXfrm('expire', { hard: true, spi: outSpi }, { count: 1 });
    await expect(west).not.toHaveSa({ destination: peer }, { within: 0 });
  });

  scenario(`S8 an SA of IPv${family} expires by its age`, pair, async ({ hosts: { west }, clock }) => {
    await west.xfrm.state.add(toEast(family, { limits: { softSeconds: 1800, hardSeconds: 3600 } }));
    await clock.advance('1795s');
    await expect(west).not.toSeeXfrm('expire', {}, { within: 0 });
    await clock.advance('10s');
    await expect(west).toSeeXfrm('expire', { hard: false, spi: outSpi }, { count: 1, within: 0 });
    await expect(west).toHaveSa({ destination: peer }, { within: 0 });
    await clock.advance('1790s');
    await expect(west).not.toSeeXfrm('expire', { hard: true }, { within: 0 });
    await clock.advance('10s');
    await expect(west).toSeeXfrm('expire', { hard: true, spi: outSpi }, { count: 1, within: 0 });
    await expect(west).not.toHaveSa({ destination: peer }, { within: 0 });
  });

  // RFC 2367, 3.1.2; net/xfrm/xfrm_state.c, xfrm_state_update: the new limits are looked at after a second.
  scenario(`S8 an SA of IPv${family} that is older than its new limit ends at once`, pair, async ({ hosts, clock }) => {
    const { west } = hosts;
    await west.xfrm.state.add(toEast(family, { limits: { hardSeconds: 3600 } }));
    await clock.advance('60s');
    await west.xfrm.state.update(toEast(family, { limits: { hardSeconds: 30 } }));
    await clock.advance('1500ms');
    await expect(west).toSeeXfrm('expire', { hard: true, spi: outSpi }, { count: 1, within: 0 });
    await expect(west).not.toHaveSa({ destination: peer }, { within: 0 });
  });

  scenario(`S8 an SA of IPv${family} expires by its use`, pair, async ({ hosts: { west, east }, clock }) => {
    await connect({ west, east }, { family, atWest: { limits: { softUseSeconds: 60, hardUseSeconds: 120 } } });
    await clock.advance('1h');
    await expect(west).toHaveSa({ destination: peer }, { within: 0 });
    await expect(await pings(west, peer), { what: 'pings answered after an hour' }).toBe(1);
    await clock.advance('50s');
    await expect(west).not.toSeeXfrm('expire', {}, { within: 0 });
    await clock.advance('20s');
    await expect(west).toSeeXfrm('expire', { hard: false, spi: outSpi }, { count: 1, within: 0 });
    await clock.advance('60s');
    await expect(west).toSeeXfrm('expire', { hard: true, spi: outSpi }, { count: 1, within: 0 });
    await expect(west).not.toHaveSa({ destination: peer }, { within: 0 });
  });

  // RFC 7296, 2.8; net/xfrm/xfrm_state.c, xfrm_state_look_at: of several SAs the newest one sends, and old ones still receive.
  scenario(`S9 after a rekey the newer SA of IPv${family} is used`, pair, async ({ hosts: { west, east }, clock }) => {
    await connect({ west, east }, { family });
    await expect(await pings(west, peer, { count: 2 }), { what: 'pings by the first SA' }).toBe(2);
    await clock.advance('2s');
    const rekeyed = toEast(family, { spi: 0x1101 });
    for (const host of [east, west]) await host.xfrm.state.add(rekeyed);
    await expect(await pings(west, peer, { count: 3 }), { what: 'pings by the second' }).toBe(3);
    const [old, young] = [await east.xfrm.state.get(toEast(family)), await east.xfrm.state.get(rekeyed)];
    await expect([old?.use.packets, young?.use.packets], { what: 'packets of old and new SA' }).toEqual([2n, 3n]);
    await west.xfrm.state.delete(rekeyed);
    await expect(await pings(west, peer), { what: 'pings by the first SA again' }).toBe(1);
  });

  // xfrm_state_look_at: an SA whose soft limit has passed is dying, and sends only where there is none other.
  scenario(
    `S9 an SA of IPv${family} past its soft limit yields to one that is not`,
    pair,
    async ({ hosts: { west, east }, clock }) => {
      await connect({ west, east }, { family });
      await clock.advance('2s');
      const younger = toEast(family, { spi: 0x1101, limits: { softPackets: 2, hardPackets: 100 } });
      for (const host of [east, west]) await host.xfrm.state.add(younger);
      await expect(await pings(west, peer, { count: 6 }), { what: 'pings answered' }).toBe(6);
      await expect(west).toSeeXfrm('expire', { hard: false, spi: 0x1101 }, { count: 1 });
      const [old, dying] = [await east.xfrm.state.get(toEast(family)), await east.xfrm.state.get(younger)];
      await expect((old?.use.packets ?? 0n) + (dying?.use.packets ?? 0n), { what: 'packets of both' }).toBe(6n);
      await expect(dying?.use.packets ?? 0n, { what: 'packets of the one that died' }).toBeAtMost(3n);
    },
  );

  // RFC 2367, 3.1.6; net/xfrm/xfrm_state.c, xfrm_state_find.
  scenario(
    `S10 a packet of IPv${family} without an SA asks for one`,
    pair,
    async ({ hosts: { west, east }, clock }) => {
      const { west: own } = addresses[family];
      await west.exec('sysctl -w net.core.xfrm_acq_expires=30');
      await west.xfrm.listen();
      const templates = [{ source: own, destination: peer, reqid: 1 }];
      await west.xfrm.policy.add({ source: own, destination: peer, direction: 'out', templates });
      await expect(await pings(west, peer, { count: 4 }), { what: 'pings answered without an SA' }).toBe(0);
      await expect(west).toSeeXfrm('acquire', { source: own, destination: peer, from: own, to: peer }, { count: 1 });
      const [larval] = await west.xfrm.state.list();
      await expect([larval?.larval, larval?.destination, larval?.reqid], { what: 'the larval SA' }).toEqual([
        true,
        peer,
        1,
      ]);
      await expect((await west.xfrmStat()).XfrmOutNoStates ?? 0, {
        what: 'packets lost for want of an SA',
      }).toBeAtLeast(1);
      await expect(west).not.toHaveSentInClear({ to: peer });
      for (const host of [west, east]) {
        await host.xfrm.state.add(toEast(family));
        await host.xfrm.state.add(toWest(family));
      }
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings by the SA' }).toBe(2);
      await clock.advance('40s');
      await expect((await west.xfrm.state.list()).filter((sa) => sa.larval).length, { what: 'larval SAs left' }).toBe(
        0,
      );
    },
  );
}
