import { expect, scenario, sealedEsp, type XfrmSaParts } from 'espalier';
import { addresses, connect, type Family, families, inSpi, outSpi, pair, pings, toEast } from './labs.ts';
import { echoReply } from './packets.ts';

/** Digits of a key of so many bits. */
const key = (bits: number, digits = '5a'): string => digits.repeat(bits / 8);

/** Linux names with key lengths in bits, salts included (net/xfrm/xfrm_algo.c, aead_list). */
const aeads: readonly (readonly [name: string, keys: readonly number[], icvs: readonly number[]])[] = [
  ['rfc4106(gcm(aes))', [160, 224, 288], [64, 96, 128]],
  ['rfc4309(ccm(aes))', [152, 216, 280], [64, 96, 128]],
  ['rfc4543(gcm(aes))', [160, 224, 288], [128]],
  ['rfc7539esp(chacha20,poly1305)', [288], [128]],
];

/** ealg_list; `sealed`: our own implementation knows it, so packets are made and opened with it. */
const ciphers: readonly (readonly [name: string, keys: readonly number[], sealed: boolean])[] = [
  ['ecb(cipher_null)', [0], true],
  ['cbc(aes)', [128, 192, 256], true],
  ['rfc3686(ctr(aes))', [160, 224, 288], true],
  ['cbc(camellia)', [128, 192, 256], true],
  ['cbc(des3_ede)', [192], true],
  ['cbc(des)', [64], true],
  ['cbc(serpent)', [128, 192, 256], false],
  ['cbc(twofish)', [128, 192, 256], false],
  ['cbc(cast5)', [128], false],
  ['cbc(blowfish)', [128, 448], false],
];

/** aalg_list: name, bits of the key, bits of the ICV. */
const macs: readonly (readonly [name: string, key: number, icv: number])[] = [
  ['hmac(md5)', 128, 96],
  ['hmac(sha1)', 160, 96],
  ['hmac(sha256)', 256, 128],
  ['hmac(sha256)', 256, 96],
  ['hmac(sha384)', 384, 192],
  ['hmac(sha512)', 512, 256],
  ['xcbc(aes)', 128, 96],
  ['cmac(aes)', 128, 96],
];

/** Weak keys of DES are refused, so its octets differ. */
const desKey = (bits: number): string => '0123456789abcdeffedcba987654321089abcdef01234567'.slice(0, bits / 4);
const cipherKey = (name: string, bits: number): string => (name.startsWith('cbc(des') ? desKey(bits) : key(bits));

interface Combination {
  readonly title: string;
  readonly parts: XfrmSaParts;
  readonly sealed: boolean;
}

const all: readonly Combination[] = [
  ...aeads.flatMap(([name, keys, icvs]) =>
    keys.flatMap((bits) =>
      icvs.map((icv) => ({
        title: `${name} of ${bits} with an ICV of ${icv}`,
        parts: { aead: [name, key(bits), icv] } as const,
        sealed: true,
      })),
    ),
  ),
  ...ciphers.flatMap(([cipher, keys, sealed]) =>
    keys.flatMap((bits) =>
      // Every cipher with one MAC of each kind, and AES-CBC and no cipher with all of them.
      (cipher === 'cbc(aes)' || bits === 0 ? macs : macs.filter(([name]) => /sha256|xcbc/.test(name))).map(
        ([mac, macBits, icv]) => ({
          title: `${cipher} of ${bits}, ${mac} of ${icv}`,
          parts: { encryption: [cipher, cipherKey(cipher, bits)], integrity: [mac, key(macBits, '3c'), icv] } as const,
          sealed,
        }),
      ),
    ),
  ),
];

const modes = ['transport', 'tunnel'] as const;

for (const { title, parts, sealed } of all) {
  // RFC 4303 with the algorithm's own RFC: what one kernel seals another opens, and so does an implementation of ours, both ways.
  scenario(`A ${title}`, pair, async ({ hosts, net }) => {
    const { west, east } = hosts;
    for (const family of families) {
      for (const mode of modes) {
        const what = `${mode} over IPv${family}`;
        await connect(hosts, { family, sa: { ...parts, mode, replayWindow: 32 } });
        await expect(await pings(west, addresses[family].east, { count: 2 }), { what: `pings, ${what}` }).toBe(2);
        await expect(await pings(west, addresses[family].east, { size: 1201 }), { what: `large pings, ${what}` }).toBe(
          1,
        );
        // With IPv6 also unicast Neighbour Discovery may be protected (RFC 4861, 7.3).
        const packets = family === 4 ? 3 : { atLeast: 3, atMost: 7 };
        for (const [host, id] of [
          [east, outSpi],
          [west, inSpi],
        ] as const) {
          await expect(host).toHaveSa({ direction: 'in', mode, packets, refused: 0 }, { within: 0, count: 1 });
          await expect(
            (await host.xfrm.state.list()).some(({ spi }) => spi === id),
            { what: 'the SA is there' },
          ).toBe(true);
        }
        if (sealed) await injected({ hosts, net }, family, mode);
        for (const host of [west, east]) {
          await host.xfrm.policy.flush();
          await host.xfrm.state.flush();
        }
      }
    }
  });
}

type Lab = Parameters<Parameters<typeof scenario<typeof pair.hosts, 'wan'>>[2]>[0];

/** A packet of ours is taken, and one with a bit of its ICV inverted is not. */
async function injected(
  { hosts: { west, east }, net }: Pick<Lab, 'hosts' | 'net'>,
  family: Family,
  mode: (typeof modes)[number],
): Promise<void> {
  const { west: own, east: peer } = addresses[family];
  const sa = await east.xfrm.state.get(toEast(family));
  const { protocol, octets } = echoReply(own, peer, 21);
  // In a tunnel a packet without a next header (59) is dropped behind IPsec, silently.
  const clear = mode === 'tunnel' ? { nextHeader: 59, inner: octets } : { nextHeader: protocol, inner: octets };
  const packet = sealedEsp(sa, { from: west, to: east, sequence: 20, ...clear });
  const spoiled = Buffer.from(sealedEsp(sa, { from: west, to: east, sequence: 21, ...clear }).octets);
  spoiled.writeUInt8(spoiled.readUInt8(spoiled.length - 1) ^ 0x80, spoiled.length - 1);
  const wrong = { expect: 'refused', at: east, counter: 'XfrmInStateProtoError' } as const;
  await net.link('wan').inject({ ...packet, octets: spoiled }, wrong);
  if (mode === 'transport') await net.link('wan').inject(packet, { expect: 'accepted', at: east });
}

// net/xfrm/xfrm_algo.c and crypto/: a key of a length that the algorithm does not have is none.
const lengths = [
  ...aeads.flatMap(([name, keys]) => keys.map((bits) => ['aead', name, bits] as const)),
  ...ciphers
    .filter(([, [bits]]) => bits !== 0)
    .flatMap(([name, keys]) => keys.map((bits) => ['encryption', name, bits] as const)),
];

scenario('A keys of a wrong length are refused', pair, async ({ hosts: { west } }) => {
  let spi = 0x9000;
  for (const [kind, name, bits] of lengths) {
    // CAST5 (40 to 128 bits), Blowfish (32 to 448) and Serpent (to 256) take every length below.
    const wrong = /cast5|blowfish|serpent/.test(name) ? [bits + 456] : [bits - 8, bits + 8];
    for (const length of wrong) {
      const integrity = ['hmac(sha1)', key(160), 96] as const;
      const parts: XfrmSaParts =
        kind === 'aead' ? { aead: [name, key(length), 128] } : { encryption: [name, key(length)], integrity };
      await west.xfrm.state.add(toEast(4, { spi: spi++, ...parts }), { expect: 'refused' });
    }
  }
  await expect((await west.xfrm.state.list()).length, { what: 'SAs' }).toBe(0);
});
