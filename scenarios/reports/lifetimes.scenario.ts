import { expect, scenario } from 'espalier';
import { gateways, inner, libreswans, strongswans, title } from './report.ts';

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

// libreswan/libreswan#1114 (open): with rekey=no the Child SA of 4.10 ends with its salifetime. 5.2 raises a salifetime that is below twice the margin (18 min)
// without a word, and makes the Child SA anew when it ends.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const obeys = version === '4.10';
  scenario(
    title(own, 'libreswan#1114 a lifetime without rekeying', obeys ? undefined : 'minor'),
    gateways(own, own, { rekey: false, child: { lifetime: 120 }, west: { start: 'start' } }),
    async ({ hosts: { west, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await expect(west).toHaveIpsecSas(2);
      const first = await west.ipsecSas();
      await clock.advance('3min');
      await expect(west).toHaveIpsecSas(obeys ? 0 : 2);
      await clock.advance('20min');
      await expect(west).toHaveIpsecSas(obeys ? 0 : 2, { otherThan: first });
    },
  );
}
