import {
  Authority,
  certificate,
  type DaemonHost,
  type DaemonSpec,
  expect,
  type Host,
  libreswan,
  linux,
  scenario,
  strongswan,
} from 'espalier';

// A certificate names its responder by address, so that no lab needs DNS.
const ca = new Authority({ subject: 'CN=Online CA', ocspUrls: ['http://198.51.100.80/'] });
const west = ca.issue({ subject: 'CN=west.test', alternativeNames: ['west.test'] });
const east = ca.issue({ subject: 'CN=east.test', alternativeNames: ['east.test'] });
const good = ca.ocspResponder();
const bad = ca.ocspResponder({ revoked: [west] });
const strange = ca.ocspResponder({ unknown: [west] });

interface Verifier {
  readonly host: DaemonSpec;
  /** In the verifier's log, where a certificate was revoked. */
  readonly revoked: RegExp;
  /** What becomes of a peer although the verifier is relaxed, when packets to the responder are lost. */
  readonly unreachable: 'accepted' | 'refused';
}

const verifiers: Readonly<Record<string, Verifier>> = {
  libreswan: {
    host: libreswan({ version: '5.2' }),
    revoked: /certificate .* invalid: SEC_ERROR_REVOKED_CERTIFICATE/,
    // NSS waits 30 s for each connection (lib/certhigh/ocsp.c, ocsp_ConnectToHost), whatever ocsp-timeout= says, for GET and for POST, and
    // pluto gives up after 60 s: `initiator/responder/response processor timeout`.
    unreachable: 'refused',
  },
  strongswan: {
    host: strongswan({ version: '6.1.0' }),
    revoked: /certificate was revoked on .*, reason: /,
    unreachable: 'accepted',
  },
};

/** West shows its certificate to east, which asks a responder on a link of its own. */
function lab({ host }: Verifier, revocation: 'strict' | 'relaxed') {
  return {
    // charon tells after 165 s that a peer does not answer.
    timeout: 300,
    hosts: { west: strongswan({ version: '6.1.0' }), east: host, responder: linux({ files: good.files }) },
    links: {
      wan: ['west', 'east'],
      services: { east: '198.51.100.2/24', responder: '198.51.100.80/24' },
      left: { west: '10.1.0.1/24' },
      right: { east: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'net',
        ends: [
          {
            host: 'west',
            identity: 'west.test',
            selectors: ['10.1.0.0/24'],
            authentication: certificate(west),
            own: { ocsp: false },
          },
          {
            host: 'east',
            identity: 'east.test',
            selectors: ['10.2.0.0/24'],
            authentication: certificate(east),
            own: { ocsp: true, revocation },
          },
        ],
        ike: {
          proposals: [{ encryption: ['aes-256-gcm'], prf: ['hmac-sha2-256'], keyExchange: ['ecp-256'] }],
        },
        child: { proposals: [{ encryption: ['aes-256-gcm'] }] },
      },
    ],
  } as const;
}

interface Hosts {
  readonly west: DaemonHost;
  readonly east: DaemonHost;
  readonly responder: Host;
}

/** Tries once, from the beginning: daemons keep answers for as long as they hold. */
async function begin({ west, east }: Hosts): Promise<void> {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
}

async function end({ west, east }: Hosts): Promise<void> {
  await west.daemon.stop();
  await east.daemon.stop();
}

async function isAccepted({ west, east }: Hosts): Promise<void> {
  for (const host of [west, east]) await expect(host).toHaveIpsecSas(2);
  await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
}

async function isRefused({ west, east }: Hosts): Promise<void> {
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(0);
    await expect(host).toHaveIpsecSas(0);
  }
}

for (const [name, verifier] of Object.entries(verifiers)) {
  scenario(`${name} asks a responder, which says good and then revoked`, lab(verifier, 'strict'), async ({ hosts }) => {
    const { responder } = hosts;
    await responder.exec(good.start);
    await begin(hosts);
    await isAccepted(hosts);
    await end(hosts);
    await responder.exec(good.stop);
    await responder.writeFile(bad.index.path, bad.index.content);
    await responder.exec(bad.start);
    await begin(hosts);
    await isRefused(hosts);
    await expect(hosts.east).toHaveLogged(verifier.revoked);
  });

  scenario(`${name} asks a responder that does not know`, lab(verifier, 'strict'), async ({ hosts }) => {
    await hosts.responder.writeFile(strange.index.path, strange.index.content);
    await hosts.responder.exec(good.start);
    await begin(hosts);
    await isRefused(hosts);
  });

  for (const revocation of ['strict', 'relaxed'] as const) {
    scenario(`${name} has no answer, and is ${revocation}`, lab(verifier, revocation), async ({ hosts, net }) => {
      const outcomes = { accepted: isAccepted, refused: isRefused };
      // Nobody listens.
      await begin(hosts);
      await outcomes[revocation === 'strict' ? 'refused' : 'accepted'](hosts);
      await end(hosts);
      // Nobody is there.
      await net.link('services').cut();
      await begin(hosts);
      await outcomes[revocation === 'strict' ? 'refused' : verifier.unreachable](hosts);
    });
  }
}
