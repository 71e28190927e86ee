import { expect, scenario } from 'espalier';
import { gateways, libreswans, strongswans, title } from './report.ts';

// libreswan/libreswan#1665, CVE-2024-3652 (before 4.15): a peer with IKEv1 proposes AES-GMAC, which pluto takes where it has no esp=, and ends by an assertion.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const crashes = version === '4.10';
  const definition = gateways(strongswans['6.0.1'], own, { ikev1: 'main' });
  const tolerates = [
    { what: 'assertion-failed', host: 'east', why: 'CVE-2024-3652' },
    { what: 'died', host: 'east', text: 'pluto', why: 'CVE-2024-3652' },
    { what: 'half-open', host: 'west', why: 'its peer died' },
  ] as const;
  scenario(
    title(own, 'libreswan#1665 AES-GMAC with IKEv1', crashes ? 'crash' : undefined),
    { ...definition, tolerates: crashes ? tolerates : [] },
    async ({ hosts: { west, east } }) => {
      await west.exec("sed -i 's/remote_ts/esp_proposals = aes128gmac-modp2048\\n&/' /etc/swanctl/swanctl.conf");
      await east.daemon.start();
      await west.daemon.start();
      await west.exec('swanctl --initiate --child net --timeout 20');
      if (crashes) await expect(east).toHaveLogged('ASSERTION FAILED');
      else await expect(east).toHaveIpsecSas(0);
    },
  );
}
