import { expect, libreswan, psk, scenario, strongswan } from 'espalier';

/** How long a soak takes, and after how many hours each time it is looked at: every rekey of a day, every sixth of a month. */
const soaks = [
  { days: 1, hours: 1 },
  { days: 30, hours: 6 },
] as const;

/** A tunnel whose Child SA lives for an hour and whose IKE SA for eight, over a link that loses every twentieth packet. */
for (const { days, hours } of soaks) {
  scenario(
    `${days} days of hourly rekeys`,
    {
      hosts: { west: libreswan(), east: strongswan() },
      links: { wan: ['west', 'east'], left: { west: '10.1.0.1/24' }, right: { east: '10.2.0.1/24' } },
      connections: [
        {
          name: 'soak',
          authentication: psk('for as long as it takes'),
          ends: [
            { host: 'west', selectors: ['10.1.0.0/24'] },
            // Later than west, so that the two do not cross: storm.scenario.ts tells what becomes of SAs then.
            {
              host: 'east',
              selectors: ['10.2.0.0/24'],
              own: { child: { lifetime: 7200 }, ike: { lifetime: 16 * 3600 } },
            },
          ],
          // By their defaults libreswan wants a key exchange when it rekeys, and strongSwan proposes none.
          child: { proposals: [{ encryption: ['aes-256-gcm'], keyExchange: ['ecp-256'] }], lifetime: 3600 },
          ike: { lifetime: 8 * 3600 },
          liveness: { delay: 600 },
        },
      ],
    },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('soak');
      await expect(west).toHaveIpsecSas(2);
      await net.link('wan').loss(0.05);
      for (let day = 0; day < days; day += 1) {
        for (let hour = 0; hour < 24; hour += hours) {
          const before = west.ipsecSas();
          await clock.advance(`${hours}h`);
          await expect(west).toHaveIpsecSas(2, { otherThan: before });
          // Two while it is rekeyed are there for a moment only.
          await expect(west).toHaveIpsecSas(2);
          await expect(east).toHaveIpsecSas(2);
          await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
        }
        await expect(west).toHaveIkeSas(1);
      }
    },
  );
}
