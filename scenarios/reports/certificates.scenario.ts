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

// strongswan/strongswan#3072 (open): of a file with several certificates the first one is loaded. Let's Encrypt's chain has two intermediate authorities, so a peer that
// knows the old root alone finds no way to it.
const old = new Authority({ subject: 'CN=Old Root, O=Public' });
const young = old.intermediate({ subject: 'CN=Young Root, O=Public' });
const issuing = young.intermediate({ subject: 'CN=Issuing, O=Public' });

for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  for (const files of ['a file each', 'one file'] as const) {
    const own = strongswans[version];
    const fails = files === 'one file';
    const definition = gateways(own, own, {
      west: { authentication: certificate(old.issue({ subject: 'CN=west.test', alternativeNames: ['west.test'] })) },
      east: {
        authentication: certificate(issuing.issue({ subject: 'CN=east.test', alternativeNames: ['east.test'] })),
      },
    });
    scenario(
      title(own, `strongswan#3072 intermediate authorities in ${files}`, fails ? 'major' : undefined),
      definition,
      async ({ hosts: { west, east } }) => {
        if (fails) {
          await east.exec(
            'cd /etc/swanctl/x509ca && cat *-intermediate*.pem > chain.pem && rm *-intermediate*.pem && ls',
          );
        }
        await east.daemon.start();
        await west.daemon.start();
        await west.exec('swanctl --initiate --child net --timeout 20');
        if (fails) await expect(west).toHaveLogged("no trusted RSA public key found for 'east.test'");
        await expect(west).toHaveIkeSas(fails ? 0 : 1);
      },
    );
  }
}
