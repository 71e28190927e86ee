import { expect, pfKey, readAddress, readKey, readLifetime, readSa, readSa2, readSupported, scenario } from 'espalier';
import { addresses, families, inSpi, outSpi, pings, refusedWith, toEast, toWest } from './labs.ts';
import { connect, extension, pair } from './pfkey.ts';

/* Rows of the SAD by PF_KEY. */

const protocols = ['esp', 'ah', 'ipcomp'] as const;

for (const family of families) {
  const { west: own, east: peer } = addresses[family];

  for (const protocol of protocols) {
    // RFC 2367, 3.1.3 to 3.1.5.
    scenario(
      `S1 an ${protocol} SA of IPv${family} by PF_KEY is added, found and deleted`,
      pair,
      async ({ hosts: { west } }) => {
        const { state } = west.pfkey;
        const sa = toEast(family, { protocol, ...(protocol === 'ipcomp' && { mode: 'tunnel' }) });
        await state.add(sa);
        await state.get(sa);
        const [found] = await state.list();
        await expect([found?.spi, found?.protocol, found?.source, found?.destination, found?.reqid], {
          what: 'the SA',
        }).toEqual([sa.spi, protocol, own, peer, 1]);
        await state.add(sa, refusedWith.EEXIST);
        await state.delete({ ...sa, spi: 0x1fff }, refusedWith.ESRCH);
        await state.delete(sa);
        await state.get(sa, refusedWith.ESRCH);
        await state.delete(sa, refusedWith.ESRCH);
        await expect((await state.list()).length, { what: 'SAs left' }).toBe(0);
      },
    );
  }

  // RFC 2367, 3.1.5. net/key/af_key.c, __pfkey_xfrm_state2msg.
  scenario(`S1 what PF_KEY says of an SA of IPv${family}`, pair, async ({ hosts: { west } }) => {
    const sa = toEast(family, {
      mode: 'tunnel',
      reqid: 77,
      replayWindow: 32,
      flags: ['noecn', 'nopmtudisc'],
      encryption: ['cbc(aes)', '5a'.repeat(32)],
      integrity: ['hmac(sha256)', '3c'.repeat(32), 96],
      limits: {
        softPackets: 5,
        hardPackets: 6,
        softBytes: 700,
        hardBytes: 800,
        softSeconds: 90,
        hardSeconds: 100,
        softUseSeconds: 110,
        hardUseSeconds: 120,
      },
    });
    await west.pfkey.state.add(sa);
    const { messages } = await west.pfkey.request(pfKey.getSa(sa));
    const told = messages.find(({ type }) => type === 'get');
    const { spi, replayWindow, integrity, encryption, flags, state } = readSa(extension(told, 'sa'));
    await expect(told?.saType, { what: 'what it is for' }).toBe('esp');
    await expect([spi, replayWindow, integrity, encryption, flags, state], { what: 'the SA' }).toEqual([
      ...[outSpi, 32, 5, 12, 0xa0000000, 1],
    ]);
    await expect(readSa2(extension(told, 'sa2')), { what: 'mode and reqid' }).toEqual({ mode: 2, reqid: 77 });
    const ends = [readAddress(extension(told, 'source')), readAddress(extension(told, 'destination'))];
    await expect(
      ends.map(({ address, prefix }) => [address, prefix]),
      { what: 'the ends' },
    ).toEqual([
      [own, addresses[family].whole],
      [peer, addresses[family].whole],
    ]);
    const keys = [readKey(extension(told, 'encryption-key')), readKey(extension(told, 'integrity-key'))];
    await expect(
      keys.map((key) => Buffer.from(key).toString('hex')),
      { what: 'the keys' },
    ).toEqual(['5a'.repeat(32), '3c'.repeat(32)]);
    const limits = [readLifetime(extension(told, 'lifetime-soft')), readLifetime(extension(told, 'lifetime-hard'))];
    await expect(limits, { what: 'the limits' }).toEqual([
      { packets: 5, bytes: 700n, addSeconds: 90n, useSeconds: 110n },
      { packets: 6, bytes: 800n, addSeconds: 100n, useSeconds: 120n },
    ]);
  });

  // RFC 2367, 3.1.2: an update keeps what the SA has counted.
  scenario(
    `S2 an update of an SA of IPv${family} by PF_KEY keeps its counters`,
    pair,
    async ({ hosts: { west, east } }) => {
      await connect({ west, east }, family);
      await expect(await pings(west, peer, { count: 3 }), { what: 'pings answered' }).toBe(3);
      await west.pfkey.state.update(toEast(family, { limits: { softSeconds: 1000, hardSeconds: 2000 } }));
      const sa = (await west.pfkey.state.list()).find(({ spi }) => spi === outSpi);
      await expect([sa?.use.packets, sa?.lifetime.hardAddSeconds], { what: 'packets and limit' }).toEqual([3n, 2000n]);
      const { messages } = await west.pfkey.request(pfKey.getSa(toEast(family)));
      const current = readLifetime(extension(messages[0], 'lifetime-current'));
      await expect([current.packets, current.bytes], { what: 'what PF_KEY counts' }).toEqual([3, sa?.use.bytes ?? 0n]);
      await expect(await pings(west, peer), { what: 'pings after the update' }).toBe(1);
      await west.pfkey.state.update(toEast(family, { spi: 0x1fff }), refusedWith.ESRCH);
    },
  );

  // RFC 2367, 3.1.1 and 3.1.2: the SPI of GETSPI is filled by UPDATE.
  scenario(
    `S3 SPIs of IPv${family} are given out once by PF_KEY, and a larval SA is filled`,
    pair,
    async ({ hosts: { west } }) => {
      const { state } = west.pfkey;
      const { spi: _, ...sa } = toWest(family);
      await expect(await state.allocSpi({ ...sa, least: 0x3000, most: 0x3000 }), { what: 'the SPI' }).toBe(0x3000);
      const drawn = await state.allocSpi({ ...sa, reqid: 2, least: 0x4000, most: 0x4fff });
      await expect(drawn >= 0x4000 && drawn <= 0x4fff, { what: 'an SPI of the range' }).toBe(true);
      await state.allocSpi({ ...sa, reqid: 3, least: 0x3000, most: 0x3000 }, refusedWith.ENOENT);
      await state.allocSpi({ ...sa, reqid: 4, least: 0x5001, most: 0x5000 }, refusedWith.EINVAL);
      await expect((await state.list()).filter(({ larval, spi }) => larval && spi !== 0).length, {
        what: 'larval SAs',
      }).toBe(2);
      await state.update({ ...sa, spi: 0x3000 });
      const filled = (await state.list()).find(({ spi }) => spi === 0x3000);
      await expect([filled?.larval, filled?.encryption?.name], { what: 'the SA' }).toEqual([false, 'cbc(aes)']);
    },
  );

  // net.core.xfrm_acq_expires (xfrm_find_acq).
  scenario(`S3 a larval SA of IPv${family} by PF_KEY expires`, pair, async ({ hosts: { west }, clock }) => {
    await west.exec('sysctl -w net.core.xfrm_acq_expires=30');
    const { spi: _, ...sa } = toWest(family);
    await west.pfkey.state.allocSpi({ ...sa, least: 0x2000, most: 0x2003 });
    await clock.advance('28s');
    await expect((await west.pfkey.state.list()).length, { what: 'SAs after 28 s' }).toBe(1);
    await clock.advance('4s');
    await expect((await west.pfkey.state.list()).length, { what: 'SAs after 32 s' }).toBe(0);
  });

  // RFC 4301, 4.1.
  scenario(
    `S4 an SA of IPv${family} by PF_KEY is told by destination, SPI and protocol`,
    pair,
    async ({ hosts: { west } }) => {
      const { state } = west.pfkey;
      const elsewhere = family === 4 ? '198.18.1.9' : '2001:db8:1::9';
      await state.add(toEast(family));
      await state.add(toEast(family, { destination: elsewhere }));
      await state.add(toEast(family, { spi: inSpi }));
      await state.add(toEast(family, { protocol: 'ah' }));
      await state.add(toEast(family, { reqid: 7 }), refusedWith.EEXIST);
      await state.add(toEast(family, { source: elsewhere }), refusedWith.EEXIST);
      await expect((await state.list()).length, { what: 'SAs' }).toBe(4);
    },
  );

  // RFC 2367, 3.1.9 and 3.1.10.
  scenario(
    `S5 SAs of IPv${family} are listed and flushed by PF_KEY, of one protocol and all`,
    pair,
    async ({ hosts: { west } }) => {
      const { state } = west.pfkey;
      const dumped = async (protocol: 'any' | 'esp' | 'ah') =>
        (await west.pfkey.request(pfKey.dumpSas(protocol))).messages.map(({ saType, sequence }) => [saType, sequence]);
      for (const protocol of ['esp', 'ah'] as const)
        for (const sa of [toEast(family, { protocol }), toWest(family, { protocol })]) await state.add(sa);
      // RFC 2367, 3.1.10: the last message has the number 0.
      await expect(
        (await dumped('ah')).map(([saType]) => saType),
        { what: 'SAs of AH' },
      ).toEqual(['ah', 'ah']);
      const all = await dumped('any');
      await expect([all.length, all.at(-1)?.[1]], { what: 'all, and the number of the last' }).toEqual([4, 0]);
      await state.flush('ah');
      await expect(
        (await state.list()).map(({ protocol }) => protocol),
        { what: 'after the flush of AH' },
      ).toEqual(['esp', 'esp']);
      await state.flush();
      await state.flush();
      await expect((await state.list()).length, { what: 'after the flush of all' }).toBe(0);
    },
  );

  // RFC 4301, 4.4.2.1; RFC 2367, 3.1.8.
  const limits = {
    'S6 packets': { softPackets: 2, hardPackets: 4 },
    'S7 octets': { softBytes: 100, hardBytes: 300 },
  } as const;
  for (const [what, limit] of Object.entries(limits)) {
    scenario(`${what} of an SA of IPv${family} by PF_KEY are limited`, pair, async ({ hosts: { west, east } }) => {
      await connect({ west, east }, family, { limits: limit });
      await west.pfkey.listen();
      await expect(await pings(west, peer, { count: 3 }), { what: 'pings within the limit' }).toBeAtLeast(2);
      await pings(west, peer, { count: 3 });
      const expiries = (await west.pfkey.heard()).filter(
        (message) => message.type === 'expire' && readSa(extension(message, 'sa')).spi === outSpi,
      );
      const which = expiries.map(({ extensions }) => (extensions.has('lifetime-hard') ? 'hard' : 'soft'));
      await expect(which, { what: 'what PF_KEY tells' }).toEqual(['soft', 'hard']);
      await expect((await west.pfkey.state.list()).filter(({ spi }) => spi === outSpi).length, {
        what: 'SAs left',
      }).toBe(0);
    });
  }

  scenario(`S8 an SA of IPv${family} by PF_KEY expires by its age`, pair, async ({ hosts: { west }, clock }) => {
    await west.pfkey.listen();
    await west.pfkey.state.add(toEast(family, { limits: { softSeconds: 1800, hardSeconds: 3600 } }));
    const told = async () =>
      (await west.pfkey.heard())
        .filter(({ type }) => type === 'expire')
        .map(({ extensions }) => (extensions.has('lifetime-hard') ? 'hard' : 'soft'));
    await clock.advance('1790s');
    await expect(await told(), { what: 'before the soft limit' }).toEqual([]);
    await clock.advance('20s');
    await expect(await told(), { what: 'behind the soft limit' }).toEqual(['soft']);
    await clock.advance('1800s');
    await expect(await told(), { what: 'behind the hard limit' }).toEqual(['soft', 'hard']);
    await expect((await west.pfkey.state.list()).length, { what: 'SAs left' }).toBe(0);
  });
}

// RFC 2367, 3.1.7: what the kernel says it has is what it takes.
scenario(
  'S11 SAs of every algorithm that PF_KEY lists can be added, and of no other',
  pair,
  async ({ hosts: { west } }) => {
    const [answer] = (await west.pfkey.request(pfKey.register('esp'))).messages;
    const ciphers = readSupported(extension(answer, 'supported-encryption'));
    const macs = readSupported(extension(answer, 'supported-integrity'));
    await expect(ciphers.some(({ number }) => number === 12) && macs.some(({ number }) => number === 3), {
      what: 'AES-CBC and HMAC-SHA-1 are there',
    }).toBe(true);
    let spi = 0x2000;
    const added = async (cipher: number, mac: number) => {
      const message = pfKey.addSa({ ...toEast(4, { spi: spi++ }), ...keysOf(cipher, mac) });
      // The numbers of the kernel's own list, whether the codec has a name for them or not.
      message.set([mac, cipher], 26);
      return (await west.pfkey.request(message)).errno;
    };
    const keysOf = (cipher: number, mac: number) =>
      ({
        encryption: [
          'cbc(aes)',
          '5a'.repeat((ciphers.find(({ number }) => number === cipher)?.leastKeyBits ?? 128) / 8),
        ],
        integrity: [
          'hmac(sha1)',
          '3c'.repeat((macs.find(({ number }) => number === mac)?.leastKeyBits ?? 160) / 8),
          96,
        ],
      }) as const;
    for (const { number } of ciphers) await expect(await added(number, 3), { what: `cipher ${number}` }).toBe(0);
    for (const { number } of macs) await expect(await added(12, number), { what: `MAC ${number}` }).toBe(0);
    await expect((await west.pfkey.state.list()).length, { what: 'SAs' }).toBe(ciphers.length + macs.length);
    const enosys = 38;
    for (const number of [4, 99, 200]) {
      await expect(
        ciphers.some((one) => one.number === number),
        { what: `cipher ${number} is listed` },
      ).toBe(false);
      await expect(await added(number, 3), { what: `cipher ${number}, which is not listed` }).toBe(enosys);
    }
  },
);
