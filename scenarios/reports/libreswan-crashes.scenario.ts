import { Authority, certificate, type DaemonHost, eapTls, expect, scenario } from 'espalier';
import { gateways, inner, libreswans, strongswans, title } from './report.ts';

/** Both daemons start, the responder first. */
async function start({ west, east }: { west: DaemonHost; east: DaemonHost }): Promise<void> {
  await east.daemon.start();
  await west.daemon.start();
}

// libreswan/libreswan#1130 (4.8 to 4.11): the kernel says that an IPComp SA has passed its limit of octets, and pluto ends by an assertion.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const crashes = version === '4.10';
  const definition = gateways(own, own, {
    child: { ipcomp: true },
    west: { own: { child: { lifetimeBytes: 8192 } } },
  });
  const tolerates = [
    { what: 'assertion-failed', host: 'west', why: 'libreswan/libreswan#1130' },
    { what: 'died', host: 'west', text: 'pluto', why: 'libreswan/libreswan#1130' },
    { what: 'half-open', host: 'east', why: 'its peer died' },
  ] as const;
  const report = 'libreswan#1130 a limit of octets with IPComp';
  scenario(
    title(own, report, crashes ? 'crash' : undefined),
    { ...definition, tolerates: crashes ? tolerates : [] },
    async ({ hosts, clock }) => {
      await start(hosts);
      await hosts.west.initiate('net');
      await expect(hosts.west).toReach(hosts.east, { from: inner.west, at: inner.east });
      for (let round = 0; round < 10; round += 1) {
        await hosts.west.exec(`ping -q -c 4 -i 0.2 -s 1000 -I ${inner.west} ${inner.east}`);
        await clock.advance('5s');
      }
      if (crashes) {
        await expect(hosts.west).toHaveLogged('ASSERTION FAILED: switch (ue->state.id.proto) case 108');
        return;
      }
      await expect(hosts.west).toHaveIkeSas(1);
      await expect(hosts.west).toReach(hosts.east, { from: inner.west, at: inner.east });
    },
  );
}

const ca = new Authority({ subject: 'CN=Reports, O=Espalier' });
const named = (name: string) => ({ subject: `CN=${name}.test`, alternativeNames: [`${name}.test`] });

// libreswan/libreswan#2036 (5.2): pluto expects AUTH in the first IKE_AUTH of an initiator that uses EAP, which has none (RFC 7296, 2.16).
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const fails = version === '5.2';
  const definition = gateways(strongswans['6.0.1'], own, {
    west: { authentication: eapTls(ca.issue(named('west'))) },
    east: { authentication: certificate(ca.issue(named('east'))) },
  });
  const tolerates = [
    {
      what: 'expectation-failed',
      host: 'east',
      text: 'md->chain[ISAKMP_NEXT_v2AUTH] ==',
      why: 'libreswan/libreswan#2036',
    },
  ] as const;
  scenario(
    title(own, 'libreswan#2036 a peer that uses EAP-TLS', fails ? 'major' : undefined),
    { ...definition, limits: 'tried', timeout: 300, tolerates: fails ? tolerates : [] },
    async ({ hosts }) => {
      await start(hosts);
      await hosts.west.initiate('net');
      await expect(hosts.west).toHaveIkeSas(fails ? 0 : 1);
      if (fails) await expect(hosts.east).toHaveLogged('EXPECTATION FAILED');
      else await expect(hosts.west).toReach(hosts.east, { from: inner.west, at: inner.east });
    },
  );
}
