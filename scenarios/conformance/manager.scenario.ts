import { expect, scenario } from 'espalier';
import { addresses, connect, families, outSpi, pair, pings, toEast } from './labs.ts';
import { asking, esp, familyNumbers, message, octetsOf, replacing } from './netlink.ts';

const [enoent, esrch, einval] = [2, 3, 22];

for (const family of families) {
  const { west: own, east: peer, whole } = addresses[family];

  /** struct xfrm_user_expire of the SA from west to east. */
  const expireSa = (hard: boolean): Uint8Array => {
    const body = Buffer.alloc(232);
    body.set(octetsOf(peer), 56);
    body.writeUInt32BE(outSpi, 72);
    body.writeUInt8(esp, 76);
    body.writeUInt16LE(familyNumbers[family], 212);
    body.writeUInt8(Number(hard), 224);
    return message('expire', body);
  };

  /** struct xfrm_user_polexpire of the policy from west to east. */
  const expirePolicy = (hard: boolean): Uint8Array => {
    const body = Buffer.alloc(176);
    body.set(octetsOf(peer), 0);
    body.set(octetsOf(own), 16);
    body.writeUInt16LE(familyNumbers[family], 40);
    body.writeUInt8(whole, 42);
    body.writeUInt8(whole, 43);
    body.writeUInt8(1, 160); // out
    body.writeUInt8(Number(hard), 168);
    return message('policy-expire', body);
  };

  /** struct xfrm_aevent_id of the SA from west to east, and XFRMA_REPLAY_VAL: the last number sent. */
  const sent = (number: number, { spi = outSpi, flags = replacing } = {}): Uint8Array => {
    const body = Buffer.alloc(64);
    body.set(octetsOf(peer), 0);
    body.writeUInt32BE(spi, 16);
    body.writeUInt16LE(familyNumbers[family], 20);
    body.writeUInt8(esp, 22);
    body.set(octetsOf(own), 24);
    body.writeUInt16LE(16, 48);
    body.writeUInt16LE(10, 50);
    body.writeUInt32LE(number, 52);
    return message('new-ae', body, { flags });
  };

  // RFC 6311, 5; net/xfrm/xfrm_user.c, xfrm_new_ae: a standby goes on from numbers that it is given while its SA is there.
  scenario(
    `S13 an SA of IPv${family} goes on from a number that it is given`,
    pair,
    async ({ hosts: { west, east } }) => {
      await connect({ west, east }, { family, sa: { replayWindow: 32 } });
      await expect(await pings(west, peer), { what: 'pings before' }).toBe(1);
      await expect(await west.xfrm.request(sent(500)), { what: 'the answer' }).toBe(0);
      await expect((await west.xfrm.state.get(toEast(family)))?.replay?.outbound, { what: 'the number' }).toBe(500);
      await expect(await pings(west, peer), { what: 'pings after' }).toBe(1);
      await expect((await east.xfrm.state.get(toEast(family)))?.replay?.inbound, { what: 'the number received' }).toBe(
        501,
      );
      await expect(await west.xfrm.request(sent(900, { flags: asking })), { what: 'without replacing' }).toBe(einval);
      await expect(await west.xfrm.request(sent(900, { spi: 0x4711 })), { what: 'of no SA' }).toBe(esrch);
      await expect((await west.xfrm.state.get(toEast(family)))?.replay?.outbound, { what: 'the number' }).toBe(501);
    },
  );

  // net/xfrm/xfrm_user.c, xfrm_add_sa_expire: a key manager ends an SA of its own accord, and the others learn of it.
  scenario(`S8 a key manager lets an SA of IPv${family} expire`, pair, async ({ hosts: { west, east } }) => {
    await connect({ west, east }, { family });
    await expect(await pings(west, peer), { what: 'pings before' }).toBe(1);
    await expect(await west.xfrm.request(expireSa(false)), { what: 'the answer to a soft one' }).toBe(0);
    await expect(west).toSeeXfrm('expire', { hard: false, spi: outSpi }, { count: 1 });
    await expect(await pings(west, peer), { what: 'pings after a soft one' }).toBe(1);
    await expect(await west.xfrm.request(expireSa(true)), { what: 'the answer to a hard one' }).toBe(0);
    await expect(west).toSeeXfrm('expire', { hard: true, spi: outSpi }, { count: 1 });
    await west.xfrm.state.get(toEast(family), { expect: { refused: 'No such process' } });
    await expect(await west.xfrm.request(expireSa(true)), { what: 'the answer where there is no SA' }).toBe(enoent);
  });

  // net/xfrm/xfrm_user.c, xfrm_add_pol_expire.
  scenario(`P7 a key manager lets a policy of IPv${family} expire`, pair, async ({ hosts: { west } }) => {
    const policy = { source: own, destination: peer, direction: 'out', action: 'block' } as const;
    await west.xfrm.policy.add(policy);
    await expect(await pings(west, peer), { what: 'pings that it blocks' }).toBe(0);
    await expect(await west.xfrm.request(expirePolicy(false)), { what: 'the answer to a soft one' }).toBe(0);
    await expect(west).toSeeXfrm('policy-expire', { hard: false }, { count: 1 });
    await expect(await pings(west, peer), { what: 'pings after a soft one' }).toBe(0);
    await expect(await west.xfrm.request(expirePolicy(true)), { what: 'the answer to a hard one' }).toBe(0);
    await expect(west).toSeeXfrm('policy-expire', { hard: true }, { count: 1 });
    await expect(await pings(west, peer), { what: 'pings after a hard one' }).toBe(1);
    await expect(await west.xfrm.request(expirePolicy(true)), { what: 'the answer where there is none' }).toBe(enoent);
  });
}
