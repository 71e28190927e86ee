import { expect, scenario } from 'espalier';
import { type Candidate, daemons, gateways, tunnel } from './labs.ts';

/** Tunnels of one pair of gateways, each for a network of its own and with names of its own, hence with an IKE SA of its own. */
const tunnels = 16;
/** Virtual seconds: all are replaced at the same moment, by both ends. */
const [lifetime, margin] = [300, 60];

const pairs: readonly (readonly [Candidate, Candidate])[] = [
  [daemons.libreswan, daemons.strongswan],
  [daemons.strongswan, daemons.strongswan],
  [daemons.libreswan, daemons.libreswan],
];

for (const [initiator, responder] of pairs) {
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
    { ...gateways(initiator, responder), connections },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      for (const { name } of connections) await west.initiate(name);
      await expect(west).toHaveIpsecSas(2 * tunnels);
      // Requests cross, which a link without delay would hardly let them do.
      await net.link('wan').delay('40ms');
      for (let round = 0; round < 12; round += 1) {
        const before = west.ipsecSas();
        await clock.advance(lifetime);
        for (const host of [west, east]) await expect(host).toHaveIpsecSas(2 * tunnels);
        await expect(west).toHaveIpsecSas(2 * tunnels, { otherThan: before });
      }
      await expect(west).toHaveIkeSas(tunnels);
      await expect(east).toHaveIkeSas(tunnels);
      await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
    },
  );
}
