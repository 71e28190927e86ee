import {
  type Authentication,
  Authority,
  type CertificateOptions,
  type Credential,
  certificate,
  type DaemonHost,
  type EndSketch,
  expect,
  scenario,
} from 'espalier';
import { type Candidate, daemons, gateways, path, tunnel } from './labs.ts';

/** When the labs of these scenarios begin. */
const start = new Date(Date.UTC(2025, 5, 15));
const ca = new Authority({ subject: 'CN=Time CA' });

function issue(name: string, more: Partial<CertificateOptions> = {}): Credential {
  return ca.issue({ subject: `CN=${name}`, alternativeNames: [name], key: 'ecdsa-p256', ...more });
}

/** So many hours after the lab's beginning. */
function after(hours: number): Date {
  return new Date(start.getTime() + hours * 3_600_000);
}

const eastCertificate = certificate(issue('east.test'));

/** Where each daemon has the revocation list that its peer's certificate is looked up in. */
const listFiles = {
  libreswan: '/etc/ipsec.d/net/crl0.pem',
  strongswan: '/etc/swanctl/x509crl/net-0.pem',
  openiked: '/etc/iked/crls/net-0.crl',
} as const;

async function isRefused(west: DaemonHost, east: DaemonHost): Promise<void> {
  await west.initiate('net');
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(0);
    await expect(host).toHaveIpsecSas(0);
  }
}

async function isAccepted(west: DaemonHost, east: DaemonHost): Promise<void> {
  await west.initiate('net');
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(1);
    await expect(host).toHaveIpsecSas(2);
  }
  await expect(west).toReach(east, path);
}

async function isEnded(west: DaemonHost, east: DaemonHost): Promise<void> {
  await west.terminate('net');
  for (const host of [west, east]) await expect(host).toHaveIpsecSas(0);
}

/** West shows its certificate to the verifier. */
function lab(verifier: Candidate, holder: Authentication, own: EndSketch['own'] = {}) {
  const [west, east] = tunnel({}, [holder, eastCertificate]).ends;
  return {
    ...gateways(daemons.strongswan, verifier),
    start: start.toISOString(),
    connections: [tunnel({ ends: [west, { ...east, own }] })],
  } as const;
}

for (const verifier of Object.values(daemons)) {
  const holder = issue('west.test');
  const list = (number: number, revoked: readonly Credential[]): string =>
    ca.revocationList(revoked, { from: after(2 * (number - 1)), days: 1 / 24, number });

  // Not a day: NSS takes certificates that become valid within one (lib/certdb/certdb.c, PENDING_SLOP), and so does pluto.
  scenario(
    `a certificate becomes valid at ${verifier.name}, and expires`,
    lab(verifier, certificate(issue('west.test', { notBefore: after(48), notAfter: after(96) }))),
    async ({ hosts: { west, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await isRefused(west, east);
      await clock.jump('47h');
      await clock.advance('2h');
      await isAccepted(west, east);
      await clock.jump('47h');
      await clock.advance('1h');
      // Who was authenticated stays so until it is asked again (RFC 7296, 2.8.3).
      for (const host of [west, east]) await expect(host).toHaveIkeSas(1);
      await isEnded(west, east);
      await isRefused(west, east);
    },
  );

  scenario(
    `a revocation list at ${verifier.name} runs out, is renewed, revokes`,
    lab(verifier, certificate({ ...holder, crls: [list(1, [])] }), { revocation: 'strict' }),
    async ({ hosts: { west, east }, clock }) => {
      const renew = async (text: string): Promise<void> => {
        await east.writeFile(listFiles[verifier.name], text);
        await east.daemon.restart();
      };
      await east.daemon.start();
      await west.daemon.start();
      await isAccepted(west, east);
      await isEnded(west, east);
      await clock.advance('2h');
      await isRefused(west, east);
      await renew(list(2, []));
      await isAccepted(west, east);
      await isEnded(west, east);
      await clock.advance('2h');
      await renew(list(3, [holder]));
      await isRefused(west, east);
    },
  );
}
