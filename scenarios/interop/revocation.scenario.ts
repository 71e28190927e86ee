import {
  Authority,
  type Credential,
  certificate,
  type EndSketch,
  expect,
  scenario,
  type ToleratedFault,
} from 'espalier';
import { establish, start } from './bodies.ts';
import { between2 } from './connections.ts';
import { column, current, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];
const ca = new Authority({ subject: 'CN=Interop Lists, O=Espalier' });
const valid = { from: new Date('2025-06-15'), days: 7 };

type Side = 'west' | 'east';

/** Made when it is first asked for. */
const own = (side: Side): Credential =>
  ca.issue({ subject: `CN=${side}.test, O=Espalier`, alternativeNames: [`${side}.test`] });

function end(host: Side, network: string, revoked: readonly Side[]): EndSketch<Side> {
  const list = ca.revocationList(revoked.map(own), valid);
  return {
    host,
    address: outer[4][host],
    identity: `${host}.test`,
    selectors: [network],
    authentication: certificate({ ...own(host), crls: [list] }),
  };
}

/** By what a daemon says that it refuses a revoked certificate; iked does not say why. */
const refusals = {
  libreswan: /REVOKED_CERTIFICATE/,
  strongswan: /certificate was revoked/,
  openiked: /peer certificate is invalid/,
};

/** The responder has its SAs when its answer is refused, and the initiator need not tell it (RFC 7296, 2.21.2). */
const halfOpen: ToleratedFault<'east'> = {
  what: 'half-open',
  host: 'east',
  why: 'the responder has made its SAs when the initiator refuses its certificate',
};

for (const pair of pairs(current, current)) {
  const lab = (...revoked: Side[]) =>
    ({
      ...direct(pair),
      connections: [between2(end('west', westNet, revoked), end('east', eastNet, revoked), { revocation: 'strict' })],
      limits: 'unsupported',
      tolerates: revoked.includes('east') ? [halfOpen] : [],
    }) as const;
  scenario(`${column(pair)}, on no revocation list`, lab(), ({ hosts }) => establish(hosts, path));
  for (const [side, at] of [
    ['west', 1],
    ['east', 0],
  ] as const) {
    const role = side === 'west' ? 'initiator' : 'responder';
    scenario(`${column(pair)}, the ${role} is revoked`, lab(side), async ({ hosts: { west, east } }) => {
      await start({ west, east });
      await west.initiate('net');
      const judge = at === 1 ? east : west;
      await expect(judge).toHaveLogged(refusals[pair[at].implementation as keyof typeof refusals]);
      for (const host of side === 'west' ? [west, east] : [west]) {
        await expect(host).toHaveIkeSas(0);
        await expect(host).toHaveIpsecSas(0);
      }
    });
  }
}
