import { type Count, expect, scenario, type ToleratedFault } from 'espalier';
import { type Candidate, daemons, gateways, tunnel } from './labs.ts';

/** Tunnels between one pair of gateways, each of networks and identities of its own, hence with an IKE SA of its own. */
const tunnels = 16;
/** Virtual seconds: all Child SAs are replaced at the same moment, by both ends. */
const [lifetime, margin] = [300, 60];

interface Pair {
  readonly ends: readonly [Candidate, Candidate];
  /** IPsec SAs at each end when the storm is over. */
  readonly left: Count;
  readonly tolerates?: readonly ToleratedFault<'west' | 'east'>[];
}

const { libreswan, strongswan } = daemons;
const pairs: readonly Pair[] = [
  { ends: [strongswan, strongswan], left: 2 * tunnels },
  { ends: [libreswan, libreswan], left: 2 * tunnels },
  // pluto 5.2 keeps the Child SA that it made and that lost a collision, where RFC 7296 (2.8.1) has it delete that; a tunnel has
  // two or three of them then, but not ever more.
  {
    ends: [libreswan, strongswan],
    left: { atLeast: 2 * tunnels, atMost: 6 * tunnels },
    tolerates: [
      {
        what: 'half-open',
        host: 'west',
        why: 'where the Child SA of pluto 5.2 lost the collision, pluto deletes the old one and keeps its own; strongSwan calls that an incorrect delete',
      },
    ],
  },
];

for (const { ends, left, tolerates = [] } of pairs) {
  const [initiator, responder] = ends;
  const connections = Array.from({ length: tunnels }, (_, at) => {
    const [west, east] = tunnel().ends;
    return tunnel({
      name: `net${at}`,
      ends: [
        { ...west, identity: `west${at}.test`, selectors: [`10.1.${at}.0/24`] },
        { ...east, identity: `east${at}.test`, selectors: [`10.2.${at}.0/24`] },
      ],
      child: { lifetime },
      rekey: { margin },
    });
  });
  scenario(
    `${initiator.name} and ${responder.name} rekey ${tunnels} Child SAs at once`,
    { ...gateways(initiator, responder), connections, tolerates },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      for (const { name } of connections) await west.initiate(name);
      await expect(west).toHaveIpsecSas(2 * tunnels);
      // Without delay the first request arrives before the other end has sent its own.
      await net.link('wan').delay('40ms');
      for (let round = 0; round < 6; round += 1) {
        const before = west.ipsecSas();
        await clock.advance(lifetime);
        await expect(west).toHaveIpsecSas(left, { otherThan: before });
        for (const host of [west, east]) await expect(host).toHaveIpsecSas(left);
      }
      for (const host of [west, east]) await expect(host).toHaveIkeSas(tunnels);
      await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
    },
  );
}
