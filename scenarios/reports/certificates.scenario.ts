import { Authority, certificate, expect, scenario } from 'espalier';
import { gateways, libreswans, strongswans, title } from './report.ts';

const ca = new Authority({ subject: 'CN=Reports, O=Espalier' });
const named = (name: string) => ca.issue({ subject: `CN=${name}.test`, alternativeNames: [`${name}.test`] });

// strongswan/strongswan#2353 (before 6.0): an end with a certificate and the identity %any says its address in place of its certificate's name.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const fails = version === '5.9.8';
  const definition = gateways(own, own, {
    west: { authentication: certificate(named('west')) },
    east: { authentication: certificate(named('east')) },
  });
  scenario(
    title(own, 'strongswan#2353 the identity of a certificate', fails ? 'major' : undefined),
    definition,
    async ({ hosts: { west, east } }) => {
      for (const host of [west, east])
        await host.exec('sed -i \'s/id = "east.test"/id = %any/\' /etc/swanctl/swanctl.conf');
      await east.daemon.start();
      await west.daemon.start();
      await west.exec('swanctl --initiate --child net --timeout 20');
      await expect(west).toHaveIkeSas(fails ? 0 : 1);
      if (fails) await expect(west).toHaveLogged("no trusted RSA public key found for '192.0.2.2'");
      else await expect(west).toHaveLogged("authentication of 'CN=east.test' with");
    },
  );
}

// libreswan/libreswan#1321 (4.x): an address of IPv6 in a certificate is taken for one of IPv4.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const complains = version === '4.10';
  const addresses = { west: '2001:db8:2::1', east: '2001:db8:2::2' } as const;
  const end = (host: 'west' | 'east') => ({
    address: addresses[host],
    identity: addresses[host],
    selectors: [`${addresses[host]}/128`],
    authentication: certificate(ca.issue({ subject: `CN=${host}`, alternativeNames: [addresses[host]] })),
  });
  const { hosts, connections } = gateways(own, own, { west: end('west'), east: end('east') });
  scenario(
    title(own, 'libreswan#1321 an address of IPv6 in a certificate', complains ? 'minor' : undefined),
    { hosts, connections, links: { wan: { west: '2001:db8:2::1/64', east: '2001:db8:2::2/64' } } },
    async ({ hosts: { west, east } }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toReach(east);
      const log = await west.read('/var/log/pluto.log');
      await expect(log.includes('IPv4 address must be exactly 4 bytes'), { what: 'the complaint' }).toBe(complains);
    },
  );
}
