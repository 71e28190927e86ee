import { type Count, expect, scenario } from 'espalier';
import { type Candidate, daemons, gateways, path, tunnel } from './labs.ts';

/** Virtual seconds. */
const [lifetime, margin] = [600, 100];
const { libreswan, strongswan } = daemons;

/** A packet a second crosses the tunnel for a lifetime; the IKE SA is made anew meanwhile, and none or next to none is lost. */
const pings = `ping -n -q -i 1 -c ${lifetime} -W 1 -I ${path.from} ${path.at}`;
const most = 2;

for (const west of [libreswan, strongswan]) {
  for (const east of [libreswan, strongswan]) {
    const later = { own: { ike: { lifetime: 4 * lifetime } } };
    const [one, other] = tunnel().ends;
    scenario(
      `${west.name} reauthenticates to ${east.name}, make before break`,
      {
        ...gateways(west, east),
        timeout: 2 * lifetime,
        connections: [
          tunnel({
            ends: [one, { ...other, ...later }],
            ike: { lifetime, reauthenticate: true },
            rekey: { margin },
          }),
        ],
      },
      async ({ hosts: { west, east } }) => {
        await east.daemon.start();
        await west.daemon.start();
        await west.initiate('net');
        await expect(west).toHaveIkeSas(1);
        for (let round = 0; round < 3; round += 1) {
          const before = await west.ikeSas();
          const { stdout } = await west.exec(pings);
          const received = Number(/(\d+) received/.exec(stdout)?.[1]);
          if (!(received >= lifetime - most))
            throw new RangeError(`only ${received} of ${lifetime} pings were answered`);
          await expect(west).toHaveIkeSas(1, { otherThan: before });
          for (const host of [west, east]) {
            await expect(host).toHaveIkeSas(1);
            await expect(host).toHaveIpsecSas(2);
          }
        }
      },
    );
  }
}

/** Both ends make a new IKE SA at the same moment: RFC 7296 has no rule for which of the two goes (2.8.3). */
interface Crossing {
  readonly ends: readonly [Candidate, Candidate];
  /** IKE SAs after each lifetime. */
  readonly ike: readonly Count[];
}

const crossings: readonly Crossing[] = [
  // pluto keeps one Child SA and sometimes an IKE SA that has none.
  { ends: [libreswan, libreswan], ike: [1, 2, 3, 4].map(() => ({ atLeast: 1, atMost: 2 })) },
  { ends: [libreswan, strongswan], ike: [1, 1, 1, 1] },
  // charon lets a peer have as many IKE SAs as it makes (`unique = no`), and each of them is made anew by both ends.
  { ends: [strongswan, strongswan], ike: [2, 4, 8] },
];

for (const { ends, ike } of crossings) {
  const [initiator, responder] = ends;
  scenario(
    `${initiator.name} and ${responder.name} reauthenticate at once`,
    {
      ...gateways(initiator, responder),
      connections: [tunnel({ ike: { lifetime, reauthenticate: true }, rekey: { margin } })],
    },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveIkeSas(1);
      await net.link('wan').delay('40ms');
      for (const count of ike) {
        await clock.advance(lifetime);
        for (const host of [west, east]) await expect(host).toHaveIkeSas(count);
        await expect(west).toReach(east, path);
      }
    },
  );
}
