import {
  type Authentication,
  type ConnectionSketch,
  type DaemonSpec,
  type EspProposal,
  type IkeProposal,
  libreswan,
  openiked,
  psk,
  strongswan,
} from 'espalier';

type Settings = Pick<DaemonSpec, 'files'>;

/** A daemon as scenarios' names call it. */
export interface Candidate {
  readonly name: DaemonSpec['implementation'];
  readonly host: (settings?: Settings) => DaemonSpec;
}

/** The current version of each implementation. */
export const daemons = {
  libreswan: { name: 'libreswan', host: (own) => libreswan({ version: '5.2', ...own }) },
  strongswan: { name: 'strongswan', host: (own) => strongswan({ version: '6.1.0', ...own }) },
  openiked: { name: 'openiked', host: (own) => openiked({ version: '7.4', ...own }) },
} as const satisfies Readonly<Record<string, Candidate>>;

/** What all of them can do. */
export const commonIke: IkeProposal = { encryption: ['aes-256-gcm'], prf: ['hmac-sha2-256'], keyExchange: ['ecp-256'] };
export const commonEsp: EspProposal = { encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'] };

export const [westInner, eastInner] = ['10.1.0.1', '10.2.0.1'];
export const path = { from: westInner, at: eastInner };

/** Two gateways on one link, each with a network behind it. */
export function gateways(west: Candidate, east: Candidate) {
  return {
    hosts: { west: west.host(), east: east.host() },
    links: { wan: ['west', 'east'], left: { west: `${westInner}/24` }, right: { east: `${eastInner}/24` } },
  } as const;
}

/** The tunnel between the two networks. */
export function tunnel(
  more: Partial<ConnectionSketch<'west' | 'east'>> = {},
  [west, east]: readonly [Authentication, Authentication] = [
    psk('for as long as it takes'),
    psk('for as long as it takes'),
  ],
): ConnectionSketch<'west' | 'east'> {
  return {
    name: 'net',
    ends: [
      { host: 'west', identity: 'west.test', selectors: ['10.1.0.0/24'], authentication: west },
      { host: 'east', identity: 'east.test', selectors: ['10.2.0.0/24'], authentication: east },
    ],
    ike: { proposals: [commonIke] },
    child: { proposals: [commonEsp] },
    ...more,
  };
}
