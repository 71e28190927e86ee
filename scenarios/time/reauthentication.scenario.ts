import { expect, scenario } from 'espalier';
import { type Candidate, daemons, gateways, path, tunnel } from './labs.ts';

/** Virtual seconds: both ends make a new IKE SA at the same moment. */
const [lifetime, margin] = [1200, 300];

const pairs: readonly (readonly [Candidate, Candidate])[] = [
  [daemons.libreswan, daemons.strongswan],
  [daemons.strongswan, daemons.strongswan],
  [daemons.libreswan, daemons.libreswan],
];

for (const [initiator, responder] of pairs) {
  scenario(
    `${initiator.name} and ${responder.name} reauthenticate at once`,
    {
      ...gateways(initiator, responder),
      timeout: 2 * lifetime,
      connections: [tunnel({ ike: { lifetime, reauthenticate: true }, rekey: { margin } })],
    },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveIkeSas(1);
      await net.link('wan').delay('40ms');
      for (let round = 0; round < 8; round += 1) {
        const before = await west.ikeSas();
        await west.exec(`ping -n -q -i 1 -c ${lifetime} -W 1 -I ${path.from} ${path.at}`);
        await expect(west).toHaveIkeSas(1, { otherThan: before });
        for (const host of [west, east]) {
          await expect(host).toHaveIkeSas(1);
          await expect(host).toHaveIpsecSas(2);
        }
      }
      await clock.advance(1);
      await expect(west).toReach(east, path);
    },
  );
}
