import {
  type Authentication,
  Authority,
  type ConnectionSketch,
  type Credential,
  certificate,
  type EndSketch,
  type EspProposal,
  eapMd5,
  eapMschapv2,
  eapTls,
  type IkeProposal,
  keyPair,
  psk,
  rawKey,
} from 'espalier';

/** What all three implementations can do, on Linux's PF_KEY too. */
export const commonIke: IkeProposal = { encryption: ['aes-256-gcm'], prf: ['hmac-sha2-256'], keyExchange: ['ecp-256'] };
export const commonEsp: EspProposal = { encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'] };

const root = new Authority({ subject: 'CN=Interop Root, O=Espalier' });
/** Each end's own, so that it must be sent. */
const above = {
  west: root.intermediate({ subject: 'CN=Above West, O=Espalier' }),
  east: root.intermediate({ subject: 'CN=Above East, O=Espalier' }),
};

/** How each end proves who it is. */
export type Method = 'psk' | 'rsa' | 'ecdsa' | 'big certificates' | 'raw rsa' | 'raw ecdsa' | 'raw ed25519' | EapMethod;

/** By which only the initiator does. */
export type EapMethod = 'EAP-MSCHAPv2' | 'EAP-MD5' | 'EAP-TLS';
type Side = 'west' | 'east';

/** Made when they are first asked for: a list of the cells needs no keys. */
const authentications: Readonly<Record<Method, (side: Side) => Authentication>> = {
  psk: () => psk('known to west and east alone'),
  rsa: (side) => certificate(root.issue({ ...named(side), key: 'rsa-2048' })),
  ecdsa: (side) => certificate(root.issue({ ...named(side), key: 'ecdsa-p256' })),
  'big certificates': (side) => certificate(above[side].issue({ ...named(side), key: 'rsa-4096' })),
  'EAP-MSCHAPv2': (side) => eapMschapv2(`${side}-user`, 'what the user knows'),
  'EAP-MD5': (side) => eapMd5(`${side}-user`, 'what the user knows'),
  'EAP-TLS': (side) => eapTls(root.issue({ ...named(side), key: 'rsa-2048' })),
  'raw rsa': (side) => rawKey(keyPair(`${side}.test`, 'rsa-2048')),
  'raw ecdsa': (side) => rawKey(keyPair(`${side}.test`, 'ecdsa-p256')),
  'raw ed25519': (side) => rawKey(keyPair(`${side}.test`, 'ed25519')),
};

function named(side: Side) {
  return { subject: `CN=${side}.test, O=Espalier`, alternativeNames: [`${side}.test`] };
}

/** What a host that is no end of a connection shows with EAP-TLS. */
export function credentialOf(name: string): Credential {
  return root.issue({ subject: `CN=${name}, O=Espalier`, alternativeNames: [name], key: 'rsa-2048' });
}

/** One end. */
export function end(side: Side, method: Method, more: Omit<EndSketch<Side>, 'host'> = {}): EndSketch<Side> {
  return { host: side, identity: `${side}.test`, authentication: authentications[method](side), ...more };
}

/** A connection of the two ends with the algorithms that all have. */
export function between2(
  west: EndSketch<Side>,
  east: EndSketch<Side>,
  more: Partial<ConnectionSketch<Side>> = {},
): ConnectionSketch<Side> {
  return {
    name: 'net',
    ends: [west, east],
    ike: { proposals: [commonIke] },
    child: { proposals: [commonEsp] },
    ...more,
  };
}
