import { expect, pfKey, readAddress, readPolicy, scenario } from 'espalier';
import { addresses, families, pings, refusedWith, toEast } from './labs.ts';
import { connect, extension, type Parts, pair, policiesOf, policyOf } from './pfkey.ts';

/* Rows of the SPD by PF_KEY, and of what it set up. */

for (const family of families) {
  const { west: own, east: peer } = addresses[family];

  // RFC 2367, 3.1.6. net/key/af_key.c, pfkey_send_acquire.
  scenario(`S10 PF_KEY asks for the SA that a packet of IPv${family} lacks`, pair, async ({ hosts: { west } }) => {
    await west.pfkey.listen();
    const [policy] = policiesOf(family, true);
    await west.pfkey.policy.add(policy);
    await expect(await pings(west, peer), { what: 'pings without an SA' }).toBe(0);
    const acquires = (await west.pfkey.heard()).filter(({ type }) => type === 'acquire');
    await expect(
      acquires.map(({ saType, process }) => [saType, process]),
      { what: 'acquires' },
    ).toEqual([['esp', 0]]);
    const ends = (['source', 'destination'] as const).map((end) => readAddress(extension(acquires[0], end)).address);
    await expect(ends, { what: 'ends of the SA' }).toEqual([own, peer]);
    const [listed] = await west.pfkey.policy.list();
    const { index } = readPolicy(extension(acquires[0], 'policy'));
    await expect(index, { what: 'the policy that asks' }).toBe(listed?.index ?? 0);
    await expect((await west.xfrmStat()).XfrmOutNoStates ?? 0, { what: 'packets without an SA' }).toBeAtLeast(1);
  });

  // KAME's extension: SADB_X_SPDADD and its like.
  scenario(`P1 policies of IPv${family} by PF_KEY in all directions`, pair, async ({ hosts: { west } }) => {
    const { policy } = west.pfkey;
    const all = (['in', 'out', 'fwd'] as const).map((direction) => policyOf(family, direction));
    for (const one of all) await policy.add(one);
    const [first] = all;
    if (first !== undefined) await policy.add(first, refusedWith.EEXIST);
    const listed = await policy.list();
    await expect(listed.map(({ direction }) => direction).toSorted(), { what: 'the SPD' }).toEqual([
      'fwd',
      'in',
      'out',
    ]);
    const { messages } = await west.pfkey.request(pfKey.dumpPolicies());
    const dumped = messages.map((message) => readPolicy(extension(message, 'policy')));
    await expect(dumped.map(({ index }) => index).toSorted(), { what: 'numbers of PF_KEY and of netlink' }).toEqual(
      listed.map(({ index }) => index).toSorted(),
    );
    for (const { direction, index, priority } of dumped) {
      const [got] = (await west.pfkey.request(pfKey.getPolicy(index))).messages;
      const { direction: same, priority: kept } = readPolicy(extension(got, 'policy'));
      await expect([got?.errno, same, kept], { what: `the policy ${index}` }).toEqual([0, direction, priority]);
    }
    await policy.update({ ...policyOf(family, 'out'), priority: 99 });
    const out = (await policy.list()).find(({ direction }) => direction === 'out');
    await expect(out?.priority, { what: 'the new priority' }).toBe(99);
    for (const one of all) await policy.delete(one);
    await policy.delete(policyOf(family, 'in'), refusedWith.ENOENT);
    await policy.add(policyOf(family, 'in'));
    await policy.flush();
    await expect((await policy.list()).length, { what: 'policies left' }).toBe(0);
  });

  scenario(
    `P2 of policies of IPv${family} by PF_KEY the lower number is stronger`,
    pair,
    async ({ hosts: { west } }) => {
      const { policy } = west.pfkey;
      const { any } = addresses[family];
      // Hosts that know each other need no Neighbour Discovery, which policies of IPv6 would stop as well.
      await expect(await pings(west, peer), { what: 'pings without a policy' }).toBe(1);
      const wide = { direction: 'out', source: any, destination: any, action: 'block' } as const;
      await policy.add({ ...wide, priority: 20 });
      await expect(await pings(west, peer), { what: 'pings' }).toBe(0);
      await policy.add({ direction: 'out', source: own, destination: peer, priority: 10 });
      await expect(await pings(west, peer), { what: 'pings by the stronger one' }).toBe(1);
      await policy.update({ ...wide, priority: 5 });
      await expect(await pings(west, peer), { what: 'pings by the other, now stronger' }).toBe(0);
    },
  );

  scenario(
    `P4 policies of IPv${family} by PF_KEY tell protocols and ports apart`,
    pair,
    async ({ hosts: { west } }) => {
      const { policy } = west.pfkey;
      const both = { direction: 'out', source: own, destination: peer, action: 'block' } as const;
      await policy.add({ ...both, protocol: 'udp', sourcePort: 1111, destinationPort: 2222 });
      await policy.add({ ...both, protocol: 'tcp', destinationPort: 80 });
      const listed = (await policy.list()).map(({ selector }) => [
        ...[selector.protocol, selector.sourcePort?.port ?? 0, selector.destinationPort?.port ?? 0],
      ]);
      await expect(listed.toSorted(), { what: 'protocol and ports' }).toEqual([
        [17, 1111, 2222],
        [6, 0, 80],
      ]);
      await expect(await pings(west, peer), { what: 'pings beside them' }).toBe(1);
      await policy.delete({ ...both, protocol: 'udp', sourcePort: 1111, destinationPort: 2223 }, refusedWith.ENOENT);
    },
  );

  scenario(`P5 policies of IPv${family} by PF_KEY block and bypass`, pair, async ({ hosts: { west } }) => {
    const before = (await west.xfrmStat()).XfrmOutPolBlock ?? 0;
    const out = { direction: 'out', source: own, destination: peer } as const;
    await west.pfkey.policy.add({ ...out, action: 'block' });
    await expect(await pings(west, peer), { what: 'pings blocked' }).toBe(0);
    await expect((await west.xfrmStat()).XfrmOutPolBlock ?? 0, { what: 'packets blocked' }).toBe(before + 1);
    await west.pfkey.policy.update(out);
    await expect(await pings(west, peer), { what: 'pings that pass' }).toBe(1);
  });

  scenario(`P7 a policy of IPv${family} by PF_KEY expires`, pair, async ({ hosts: { west }, clock }) => {
    const policy = { ...policyOf(family, 'out'), limits: { hardSeconds: 100 } };
    await west.pfkey.policy.add(policy);
    await clock.advance('95s');
    await expect((await west.pfkey.policy.list()).length, { what: 'policies before' }).toBe(1);
    await clock.advance('10s');
    await expect((await west.pfkey.policy.list()).length, { what: 'policies after' }).toBe(0);
  });

  const carried = {
    'ESP in transport mode': {},
    'ESP in tunnel mode': { mode: 'tunnel' },
    'AH in transport mode': { protocol: 'ah' },
    'ESP with AES-CBC of 256 bits and HMAC-SHA-512': {
      encryption: ['cbc(aes)', '5a'.repeat(32)],
      integrity: ['hmac(sha512)', '3c'.repeat(64), 256],
    },
  } as const;
  for (const [what, parts] of Object.entries<Parts>(carried)) {
    // RFC 4301, 5: what PF_KEY made carries traffic, and packets in clear are refused.
    scenario(`B1 ${what} over IPv${family}, set up by PF_KEY`, pair, async ({ hosts: { west, east } }) => {
      await expect(await pings(west, peer), { what: 'pings in clear' }).toBe(1);
      await connect({ west, east }, family, parts);
      await expect(await pings(west, peer, { count: 3, size: 1000 }), { what: 'pings answered' }).toBe(3);
      const used = (await east.pfkey.state.list()).map(({ use }) => use.packets);
      await expect(used, { what: 'packets by SA' }).toEqual([3n, 3n]);
      await west.pfkey.policy.flush();
      await pings(west, peer);
      await expect((await east.xfrmStat()).XfrmInTmplMismatch ?? 0, { what: 'packets in clear refused' }).toBeAtLeast(
        1,
      );
    });
  }

  // RFC 3948, by the extensions of NAT traversal.
  scenario(`N1 ESP in UDP over IPv${family}, set up by PF_KEY`, pair, async ({ hosts: { west } }) => {
    const encapsulation = { type: 'espinudp', sourcePort: 4500, destinationPort: 4501 } as const;
    const sa = toEast(family, { encapsulation });
    await west.pfkey.state.add(sa);
    const [found] = await west.pfkey.state.list();
    const { type, sourcePort, destinationPort } = found?.encapsulation ?? {};
    await expect([type, sourcePort, destinationPort], { what: 'the encapsulation' }).toEqual(['espinudp', 4500, 4501]);
    const [told] = (await west.pfkey.request(pfKey.getSa(sa))).messages;
    const ports = (['nat-t-source-port', 'nat-t-destination-port'] as const).map((type) =>
      Buffer.from(extension(told, type)).readUInt16BE(0),
    );
    await expect(ports, { what: 'the ports that PF_KEY tells' }).toEqual([4500, 4501]);
  });
}
