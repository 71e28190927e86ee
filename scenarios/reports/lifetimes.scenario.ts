import { expect, scenario } from 'espalier';
import { gateways, inner, strongswans, title } from './report.ts';

// vyos/vyos-build#293 (strongSwan before 5.9.9): with a life_time below an hour and no rekey_time the Child SA expires, and a new one follows. From 5.9.9 on it
// is rekeyed.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const expires = version === '5.9.8';
  const definition = gateways(own, own, { child: { lifetime: 300 } });
  scenario(
    title(own, 'vyos-build#293 a life_time without a rekey_time', expires ? 'major' : undefined),
    definition,
    async ({ hosts: { west, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveIpsecSas(2);
      await clock.advance('6min');
      await expect(west).toReach(east, { from: inner.west, at: inner.east });
      if (expires) {
        await expect(west).toHaveLoggedInOrder(['established with SPIs', 'CHILD_SA closed', 'established with SPIs']);
        await expect(west).not.toHaveLogged('REKEY_SA');
      } else await expect(west).toHaveLoggedInOrder(['established with SPIs', 'REKEY_SA', 'established with SPIs']);
    },
  );
}
