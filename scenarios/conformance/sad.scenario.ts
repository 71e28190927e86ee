import { expect, scenario } from 'espalier';
import { addresses, connect, families, inSpi, outSpi, pair, pings, refusedWith, toEast, toWest } from './labs.ts';

const protocols = ['esp', 'ah', 'ipcomp'] as const;

for (const family of families) {
  for (const protocol of protocols) {
    // RFC 2367, 3.1; RFC 4301, 4.4.2. xfrm_state_add: EEXIST; xfrm_user_state_lookup: ESRCH.
    scenario(`S1 an ${protocol} SA of IPv${family} is added, found and deleted`, pair, async ({ hosts: { west } }) => {
      const { state } = west.xfrm;
      const sa = toEast(family, { protocol, ...(protocol === 'ipcomp' && { mode: 'tunnel' }) });
      await state.add(sa);
      const found = await state.get(sa);
      await expect([found?.spi, found?.protocol, found?.source, found?.reqid], { what: 'the SA found' }).toEqual([
        sa.spi,
        protocol,
        sa.source,
        1,
      ]);
      await state.add(sa, refusedWith.EEXIST);
      await expect((await state.list()).filter((one) => one.protocol === protocol).length, { what: 'SAs' }).toBe(1);
      await state.delete(sa);
      await state.get(sa, refusedWith.ESRCH);
      await state.delete(sa, refusedWith.ESRCH);
      await expect((await state.list()).length, { what: 'SAs left' }).toBe(0);
    });
  }

  // RFC 2367, 3.1.2: an update keeps what the SA has counted.
  scenario(`S2 an update of an SA of IPv${family} keeps its counters`, pair, async ({ hosts: { west, east } }) => {
    await connect({ west, east }, { family });
    await expect(await pings(west, addresses[family].east, { count: 3 }), { what: 'pings answered' }).toBe(3);
    const { state } = west.xfrm;
    const before = await state.get(toEast(family));
    await state.update(toEast(family, { limits: { softSeconds: 1000, hardSeconds: 2000 } }));
    const after = await state.get(toEast(family));
    await expect(before?.use.packets, { what: 'packets before' }).toBe(3n);
    await expect([after?.use.packets, after?.use.bytes], { what: 'counters after' }).toEqual([
      before?.use.packets,
      before?.use.bytes,
    ]);
    await expect(after?.lifetime.hardAddSeconds, { what: 'the new limit' }).toBe(2000n);
    await expect(await pings(west, addresses[family].east), { what: 'pings after the update' }).toBe(1);
  });

  // RFC 2367, 3.1.1: the SPI of GETSPI is filled by UPDATE. net/xfrm/xfrm_state.c, xfrm_alloc_spi: ENOENT.
  scenario(
    `S3 SPIs of IPv${family} are given out once, and a larval SA is filled`,
    pair,
    async ({ hosts: { west } }) => {
      const { state } = west.xfrm;
      const { spi: _, ...sa } = toWest(family);
      // Drawn at random, as many times as the range is large: of a small one that is nearly full a draw may fail.
      const range = { least: 0x2000, most: 0x2fff };
      const given: number[] = [];
      for (let at = 0; at < 4; at++) given.push(await state.allocSpi({ ...sa, ...range }));
      const within = new Set(given.filter((spi) => spi >= range.least && spi <= range.most));
      await expect(within.size, { what: 'SPIs of the range' }).toBe(4);
      await expect(await state.allocSpi({ ...sa, least: 0x3000, most: 0x3000 }), { what: 'the SPI' }).toBe(0x3000);
      await state.allocSpi({ ...sa, least: 0x3000, most: 0x3000 }, refusedWith.ENOENT);
      await expect((await state.list()).filter(({ larval, spi }) => larval && spi !== 0).length, {
        what: 'larval SAs',
      }).toBe(5);
      await state.update({ ...sa, spi: 0x3000 });
      const filled = await state.get({ ...sa, spi: 0x3000 });
      await expect([filled?.larval, filled?.aead?.name], { what: 'the SA' }).toEqual([false, 'rfc4106(gcm(aes))']);
      await state.update({ ...sa, spi: 0x3001 }, refusedWith.ESRCH);
    },
  );

  // net.core.xfrm_acq_expires (xfrm_find_acq): a larval SA that nobody fills goes.
  scenario(`S3 a larval SA of IPv${family} expires`, pair, async ({ hosts: { west }, clock }) => {
    await west.exec('sysctl -w net.core.xfrm_acq_expires=30');
    const { spi: _, ...sa } = toWest(family);
    await west.xfrm.state.allocSpi({ ...sa, least: 0x2000, most: 0x2003 });
    await clock.advance('28s');
    await expect((await west.xfrm.state.list()).length, { what: 'SAs after 28 s' }).toBe(1);
    await clock.advance('4s');
    await expect((await west.xfrm.state.list()).length, { what: 'SAs after 32 s' }).toBe(0);
  });

  // RFC 4301, 4.1. Linux: destination, SPI, protocol, family and mark (__xfrm_state_lookup).
  scenario(
    `S4 an SA of IPv${family} is told by destination, SPI, protocol and mark`,
    pair,
    async ({ hosts: { west } }) => {
      const { state } = west.xfrm;
      await state.add(toEast(family));
      await state.add(toEast(family, { destination: family === 4 ? '198.18.1.9' : '2001:db8:1::9' }));
      await state.add(toEast(family, { spi: inSpi }));
      await state.add(toEast(family, { protocol: 'ah' }));
      await state.add(toEast(family, { reqid: 7 }), refusedWith.EEXIST);
      await state.add(toEast(family, { source: family === 4 ? '198.18.1.9' : '2001:db8:1::9' }), refusedWith.EEXIST);
      await expect((await state.list()).length, { what: 'SAs' }).toBe(4);
      const marked = { spi: 0x5000, destination: addresses[family].east };
      await state.add(toEast(family, { ...marked, mark: { value: 1, mask: 0xff } }));
      await state.add(toEast(family, { ...marked, mark: { value: 2, mask: 0xff } }));
      await state.add(toEast(family, { ...marked, mark: { value: 2, mask: 0xff } }), refusedWith.EEXIST);
      const second = await state.get({ ...marked, mark: { value: 2, mask: 0xff } });
      await expect(second?.mark, { what: 'the mark of the one found' }).toEqual({ value: 2, mask: 0xff });
      await state.get(marked, refusedWith.ESRCH);
    },
  );

  // RFC 2367, 3.1.9.
  scenario(
    `S5 SAs of IPv${family} are deleted by filter, protocol and all at once`,
    pair,
    async ({ hosts: { west } }) => {
      const { state } = west.xfrm;
      const count = async () => (await state.list()).length;
      await state.add(toEast(family));
      await state.add(toWest(family));
      await state.add(toEast(family, { protocol: 'ah' }));
      await state.add(toWest(family, { protocol: 'ah' }));
      await state.deleteAll({ destination: addresses[family].east, protocol: 'esp' });
      await expect(await count(), { what: 'SAs after deleteall of one' }).toBe(3);
      await state.get(toEast(family), refusedWith.ESRCH);
      await state.flush('ah');
      await expect(await count(), { what: 'SAs after the flush of AH' }).toBe(1);
      await state.get(toWest(family));
      await state.flush();
      await expect(await count(), { what: 'SAs after the flush of all' }).toBe(0);
    },
  );
}

// net/xfrm/xfrm_user.c, verify_newsa_info, and xfrm_state.c, xfrm_init_state: what cannot be an SA is none.
const impossible = {
  'AES-GCM with a key that is too short': toEast(4, { aead: ['rfc4106(gcm(aes))', '11'.repeat(19), 128] }),
  'AES-GCM with an ICV of 72 bits': toEast(4, { aead: ['rfc4106(gcm(aes))', '11'.repeat(20), 72] }),
  'an unknown cipher': toEast(4, { encryption: ['cbc(none)', '11'.repeat(16)] }),
  'AES-CBC of 136 bits': toEast(4, { encryption: ['cbc(aes)', '11'.repeat(17)] }),
  'AH with a cipher': toEast(4, { protocol: 'ah', encryption: ['cbc(aes)', '11'.repeat(16)] }),
  'IPComp with an SPI of 17 bits': toEast(4, { protocol: 'ipcomp', spi: 0x10000, mode: 'tunnel' }),
  'a prefix of 33 bits in its selector': toEast(4, { selector: { source: '10.0.0.0/33' } }),
} as const;

for (const [what, sa] of Object.entries(impossible)) {
  scenario(`S1 an SA with ${what} is refused`, pair, async ({ hosts: { west } }) => {
    await west.xfrm.state.add(sa, { expect: 'refused' });
    await expect((await west.xfrm.state.list()).length, { what: 'SAs' }).toBe(0);
    await west.xfrm.state.add(toEast(4, { spi: outSpi }));
  });
}

// RFC 6275, 6.3 and 6.4: SAs of Mobile IPv6 have no SPI. net/xfrm/xfrm_state.c, __xfrm_state_lookup_byaddr.
scenario('S4 SAs of Mobile IPv6 are told by addresses and protocol', pair, async ({ hosts: { west } }) => {
  const { west: own, east: peer } = addresses[6];
  const [option, header, other] = [
    `src ${own} dst ${peer} proto hao`,
    `src ${own} dst ${peer} proto route2`,
    `src ${own} dst 2001:db8:1::9 proto hao`,
  ] as const;
  const add = (id: string) => `ip xfrm state add ${id} mode ro coa 2001:db8:1::7`;
  for (const id of [option, header, other]) await expect(west).toRun(add(id));
  await expect(west).toRun(add(option), { status: 2, prints: /File exists/ });
  for (const id of [option, header, other]) {
    await expect(west).toRun(`ip xfrm state get ${id}`, { prints: new RegExp(id.replace(' proto', '\\s+proto')) });
  }
  await expect(west).toRun(`ip xfrm state delete ${option}`);
  await expect(west).toRun(`ip xfrm state get ${option}`, { status: 2, prints: /No such process/ });
  for (const id of [header, other]) await expect(west).toRun(`ip xfrm state get ${id}`);
});
