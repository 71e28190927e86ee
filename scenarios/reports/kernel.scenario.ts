import { expect, scenario } from 'espalier';
import { gateways, libreswans, strongswans, title } from './report.ts';

// strongswan/strongswan#2778 (6.0.1, open): with one SPI to choose from charon uses it for two Child SAs of one host. The kernel of a lab reserves an SPI once, so
// the second Child SA is refused; charon then drops the whole IKE SA, and does not tell the peer.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const definition = gateways(own, own, {
    furtherChildren: [{ name: 'two', selectors: { west: ['10.1.1.0/24'], east: ['10.2.1.0/24'] } }],
  });
  const tolerates = [{ what: 'half-open', host: 'east', why: 'nobody tells this end' }] as const;
  scenario(
    title(own, 'strongswan#2778 one SPI for two SAs'),
    { ...definition, tolerates },
    async ({ hosts: { west, east } }) => {
      await west.exec("sed -i 's/^charon {/&\\n spi_min = 0xc0000000\\n spi_max = 0xc0000000/' /etc/strongswan.conf");
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await west.exec('swanctl --initiate --child two --timeout 20');
      await expect(west).toHaveLogged(/unable to allocate SPIs? from kernel/);
      await expect(west).toHaveIkeSas(0);
      await expect(west).toHaveIpsecSas(0);
    },
  );
}

// libreswan/libreswan#529 (closed as mended): the kernel refuses an SA with ESN and without a replay window; with replay-window=0 pluto proposes no ESN.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  scenario(
    title(own, 'libreswan#529 no replay window'),
    gateways(own, own, { child: { replayWindow: 0 } }),
    async ({ hosts: { west, east } }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveIpsecSas(2);
      await expect(west).toHaveSa({ esn: false, replayWindow: 0 }, { count: 2 });
    },
  );
}
