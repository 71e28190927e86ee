import { duplicate, expect, ike, scenario } from 'espalier';
import { gateways, libreswans, title } from './report.ts';

// libreswan/libreswan#1609 (4.12): pluto has no secret for a peer. What it does then ends by an assertion when the peer's answer arrives once more.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const crashes = version === '4.10';
  const definition = gateways(own, own);
  const tolerates = [
    { what: 'assertion-failed', host: 'west', why: 'libreswan/libreswan#1609' },
    { what: 'died', host: 'west', text: 'pluto', why: 'libreswan/libreswan#1609' },
  ] as const;
  scenario(
    title(own, 'libreswan#1609 a peer without a secret', crashes ? 'crash' : undefined),
    { ...definition, tolerates: crashes ? tolerates : [] },
    async ({ hosts: { west, east }, net, clock }) => {
      await west.writeFile('/etc/ipsec.secrets', '', 0o600);
      await east.daemon.start();
      await west.daemon.start();
      await net.link('wan').on(ike({ exchange: 'IKE_SA_INIT', response: true }), duplicate({ copies: 1, after: '1s' }));
      await west.exec('ipsec whack --initiate --asynchronous --name net');
      await clock.advance('30s');
      if (crashes) await expect(west).toHaveLogged('ASSERTION FAILED: *chosen_proposal ==');
      else await expect(west).toHaveIkeSas(0);
    },
  );
}
