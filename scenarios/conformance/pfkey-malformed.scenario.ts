import { expect, type Host, pfKey, scenario } from 'espalier';
import { addresses, toEast, pair as twoHosts } from './labs.ts';
import { drawer, inside, resized, spoiled, twice, without, written } from './pfkey-spoiled.ts';

/* net/key/af_key.c: what is no message of RFC 2367 is refused with the error that says so, and changes nothing. */

const pair = { ...twoHosts, flavour: 'netkey' } as const;
const [enosys, eloop, emsgsize, einval, eopnotsupp, eprotonosupport] = [38, 40, 90, 22, 95, 93];

const { west: own, east: peer } = addresses[4];
const sa = pfKey.addSa(toEast(4, { limits: { softSeconds: 100, hardSeconds: 200 } }));
const sa6 = pfKey.addSa(toEast(6));
const natted = pfKey.addSa(toEast(4, { encapsulation: { type: 'espinudp', sourcePort: 4500, destinationPort: 4500 } }));
const templates = (count: number, mode: 'transport' | 'tunnel' = 'transport') =>
  Array.from({ length: count }, () => ({ source: own, destination: peer, mode, reqid: 1 }));
const policy = (count = 1, mode?: 'transport' | 'tunnel') =>
  pfKey.addPolicy({ source: own, destination: peer, direction: 'out', templates: templates(count, mode) });
const range = pfKey.allocSpi({ source: own, destination: peer, least: 0x2000, most: 0x2fff });

/** Where the first request begins in the extension of a policy, and what is where in it. */
const request = { length: 16, protocol: 18, mode: 20, level: 21, address: 32 } as const;

type Spoiled = Readonly<Record<string, readonly [message: Buffer, errno: number]>>;

// RFC 2367, 2.3.1; pfkey_get_base_msg: whoever sends what is no message learns it from send(2).
const heads: Spoiled = {
  'nothing but half a head': [sa.subarray(0, 8), emsgsize],
  'version 1': [written(sa, 0, 1), einval],
  'type 0': [written(sa, 1, 0), einval],
  'type 25, which there is not': [written(sa, 1, 25), einval],
  'type 12, which nothing handles': [written(sa.subarray(0, 16), 1, 12, 0, 0, 2), eopnotsupp],
  'reserved octets that are used': [written(sa, 6, 1), einval],
  'a length of one word too many': [written(sa, 4, sa.length / 8 + 1), emsgsize],
  'a length of one word too few': [written(sa, 4, sa.length / 8 - 1), emsgsize],
  'a length of 0': [written(sa, 4, 0, 0), emsgsize],
};

// parse_exthdrs, verify_address_len, verify_key_len.
const extensions: Spoiled = {
  'an extension of no length': [inside(sa, ['source', 0], 0), einval],
  'an extension that is longer than the message': [inside(sa, ['sa2', 0], 200), einval],
  'an extension of type 0': [inside(sa, ['source', 2], 0), einval],
  'an SA that is cut': [resized(sa, 'sa', 1), einval],
  'a lifetime that is cut': [resized(sa, 'lifetime-hard', 3), einval],
  'an address without a family': [resized(sa, 'source', 1), einval],
  'an address of an unknown family': [inside(sa, ['source', 8], 99), einval],
  'an IPv4 address that is cut': [resized(sa, 'source', 2), einval],
  'an IPv4 address with a word too many': [resized(sa, 'source', 4), einval],
  'an IPv4 address that says IPv6': [inside(sa, ['destination', 8], 10), einval],
  'an IPv6 address that is cut': [resized(sa6, 'source', 4), einval],
  'a prefix of 33 bits': [inside(sa, ['source', 5], 33), einval],
  'a prefix of 129 bits': [inside(sa6, ['source', 5], 129), einval],
  'a key to encrypt of more bits than octets': [inside(sa, ['encryption-key', 4], 0xff, 0xff), einval],
  // HMAC takes keys of any length, so that nobody else would refuse it.
  'a key to sign of more bits than octets': [inside(sa, ['integrity-key', 4], 0, 1), einval],
  'two source addresses': [twice(sa, 'source'), einval],
  'two keys': [twice(sa, 'integrity-key'), einval],
};

// RFC 2367, 3.1.2 and 3.1.3; pfkey_msg2xfrm_state.
const sas: Spoiled = {
  'no SA': [without(sa, 'sa'), einval],
  'no source': [without(sa, 'source'), einval],
  'no destination': [without(sa, 'destination'), einval],
  'ends of two families': [pfKey.addSa(toEast(4, { destination: addresses[6].east })), einval],
  'ESP without a key to encrypt': [without(sa, 'encryption-key'), einval],
  'AH without a key': [without(pfKey.addSa(toEast(4, { protocol: 'ah' })), 'integrity-key'), einval],
  'a key to encrypt of 0 bits': [inside(sa, ['encryption-key', 4], 0, 0), einval],
  'a key to sign of 0 bits': [inside(sa, ['integrity-key', 4], 0, 0), einval],
  'a key of AES of 120 bits': [inside(sa, ['encryption-key', 4], 120, 0), einval],
  'a soft limit without a hard one': [without(sa, 'lifetime-hard'), einval],
  'a hard limit without a soft one': [without(sa, 'lifetime-soft'), einval],
  'an SA for whatever there is': [written(sa, 3, 0), eprotonosupport],
  'an SA for RSVP': [written(sa, 3, 5), einval],
  'an SA of an unknown type': [written(sa, 3, 200), einval],
  'an unknown mode': [inside(sa, ['sa2', 4], 9), einval],
  'an unknown cipher': [inside(sa, ['sa', 11], 99), enosys],
  'an unknown MAC': [inside(sa, ['sa', 10], 99), enosys],
  'an unknown encapsulation': [inside(natted, ['nat-t-type', 4], 99), einval],
};

// pfkey_spdadd, parse_ipsecrequests.
const policies: Spoiled = {
  'no policy': [without(policy(), 'policy'), einval],
  'no source': [without(policy(), 'source'), einval],
  'an unknown type of policy': [inside(policy(), ['policy', 4], 3), einval],
  'direction 0': [inside(policy(), ['policy', 6], 0), einval],
  'direction 4': [inside(policy(), ['policy', 6], 4), einval],
  'a request of no length': [inside(policy(), ['policy', request.length], 0), einval],
  'a request that is longer than its policy': [inside(policy(), ['policy', request.length], 200), einval],
  'a request of an unknown mode': [inside(policy(), ['policy', request.mode], 9), einval],
  'a request of any mode': [inside(policy(), ['policy', request.mode], 0), einval],
  'a request for UDP': [inside(policy(), ['policy', request.protocol], 17), einval],
  'a tunnel that need not be used': [inside(policy(1, 'tunnel'), ['policy', request.level], 1), einval],
  'a tunnel without ends': [inside(policy(), ['policy', request.mode], 2), einval],
  'a tunnel whose end has no family': [inside(policy(1, 'tunnel'), ['policy', request.address], 0), einval],
  'a tunnel between two families': [inside(policy(1, 'tunnel'), ['policy', request.address + 16], 10), einval],
  'seven requests': [policy(7), eloop],
};

// RFC 2367, 3.1.1; pfkey_getspi.
const ranges: Spoiled = {
  'a range from 0x3000 to 0x2fff': [inside(range, ['spi-range', 4], 0x00, 0x30), einval],
  'a range that is cut': [resized(range, 'spi-range', 1), einval],
  'no destination': [without(range, 'destination'), einval],
  'an unknown mode': [inside(range, ['sa2', 4], 9), einval],
};

/** SADB_X_MIGRATE: of each two requests the first one is the SA to move, and the second one where to. */
const move = (count: number) => written(policy(count, 'tunnel'), 1, 24);

// pfkey_migrate, ipsecrequests_to_migrate.
const moves: Spoiled = {
  'no request': [move(0), einval],
  'an SA to move, and no place': [move(1), einval],
  'a move in direction 0': [inside(move(2), ['policy', 6], 0), einval],
  'a move in direction 4': [inside(move(2), ['policy', 6], 4), einval],
  'a request that is longer than its policy': [inside(move(2), ['policy', request.length], 200), einval],
  'a place of an unknown mode': [inside(move(2), ['policy', request.mode + 48], 9), einval],
  'an end without a family': [inside(move(2), ['policy', request.address], 0), einval],
};

/** After all that, the tables are empty but for larval SAs, which expire, and what is right is accepted. */
async function checkUnharmed({ pfkey }: Host): Promise<void> {
  const left = [(await pfkey.state.list()).filter(({ larval }) => !larval).length, (await pfkey.policy.list()).length];
  await expect(left, { what: 'SAs and policies left' }).toEqual([0, 0]);
  await expect((await pfkey.request(sa)).errno, { what: 'the answer to a good SA' }).toBe(0);
  await expect((await pfkey.request(policy())).errno, { what: 'the answer to a good policy' }).toBe(0);
}

const groups = {
  'S1 what is no message of PF_KEY is refused': heads,
  'S1 PF_KEY refuses malformed extensions': extensions,
  'S1 PF_KEY refuses what is no SA': sas,
  'S3 PF_KEY refuses what is no range of SPIs': ranges,
  'P1 PF_KEY refuses what is no policy': policies,
  'S12 PF_KEY refuses what is no move': moves,
} as const;

for (const [title, messages] of Object.entries(groups)) {
  scenario(title, pair, async ({ hosts: { west } }) => {
    for (const [what, [message, errno]] of Object.entries(messages)) {
      await expect((await west.pfkey.request(message)).errno, { what }).toBe(errno);
    }
    await checkUnharmed(west);
  });
}

// What chance makes of good messages may be good again; the kernel's own checkers (`run --checkers`) see what it reads where.
const good = {
  SAs: [sa, sa6, natted],
  policies: [policy(), policy(3), policy(1, 'tunnel')],
  'ranges and questions': [range, pfKey.getSa(toEast(4)), pfKey.deleteSa(toEast(4))],
} as const;

for (const [what, messages] of Object.entries(good)) {
  scenario(
    `${what === 'policies' ? 'P1' : 'S1'} 200 spoiled messages of PF_KEY about ${what}`,
    pair,
    async ({ hosts: { west } }) => {
      const draw = drawer(what.length);
      let refused = 0;
      for (let nth = 0; nth < 200; nth++) {
        const message = messages[draw(messages.length)] ?? sa;
        const { errno } = await west.pfkey.request(spoiled(message, draw));
        if (errno > 0) refused++;
      }
      await expect(refused, { what: 'refused' }).toBeAtLeast(50);
      // What was accepted is in the tables of both ways to ask.
      const { messages: dumped } = await west.pfkey.request(pfKey.dumpSas());
      const listed = await west.pfkey.state.list();
      await expect(dumped.filter(({ errno }) => errno === 0).length, { what: 'SAs by PF_KEY and by netlink' }).toBe(
        listed.length,
      );
      await west.pfkey.state.flush();
      await west.pfkey.policy.flush();
      await checkUnharmed(west);
    },
  );
}
