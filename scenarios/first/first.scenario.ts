import { expect, libreswan, psk, scenario, strongswan } from 'espalier';

scenario(
  'psk',
  {
    hosts: { west: libreswan(), east: strongswan() },
    links: { wan: ['west', 'east'], left: { west: '10.1.0.1/24' }, right: { east: '10.2.0.1/24' } },
    connections: [
      {
        name: 'tunnel',
        authentication: psk('only these two know'),
        ends: [
          { host: 'west', selectors: ['10.1.0.0/24'] },
          { host: 'east', selectors: ['10.2.0.0/24'] },
        ],
      },
    ],
  },
  async ({ hosts: { west, east } }) => {
    await west.daemon.start();
    await east.daemon.start();
    await west.initiate('tunnel');
    await expect(west).toHaveIkeSas(1);
    // One in and one out.
    await expect(west).toHaveIpsecSas(2);
    await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
    await expect(west).not.toHaveSentInClear({ to: '10.2.0.0/24' });
  },
);
