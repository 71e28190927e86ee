import { expect, scenario } from 'espalier';
import { type Candidate, daemons, gateways, path, tunnel } from './labs.ts';

const pairs: readonly (readonly [Candidate, Candidate])[] = [
  [daemons.libreswan, daemons.strongswan],
  [daemons.strongswan, daemons.libreswan],
];

for (const [initiator, responder] of pairs) {
  const [west, east] = tunnel().ends;
  scenario(
    `${initiator.name} finds ${responder.name} dead, and alive days later`,
    {
      ...gateways(initiator, responder),
      connections: [
        tunnel({
          ends: [
            { ...west, start: 'trap', own: { liveness: { delay: 600, action: 'trap' } } },
            { ...east, own: { liveness: { delay: 600 } } },
          ],
        }),
      ],
    },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await expect(west).toReach(east, path);
      await expect(west).toHaveIkeSas(1);
      await net.link('wan').cut();
      await clock.advance('1h');
      for (const host of [west, east]) await expect(host).toHaveIkeSas(0);
      await expect(east).toHaveIpsecSas(0);
      await clock.advance('2d');
      await expect(west).not.toReach(east, path);
      await net.link('wan').heal();
      await expect(west).toReach(east, { ...path, within: '10min' });
      for (const host of [west, east]) {
        await expect(host).toHaveIkeSas(1);
        await expect(host).toHaveIpsecSas(2);
      }
      await expect(west).not.toHaveSentInClear({ to: path.at });
    },
  );
}
