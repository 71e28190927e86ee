import {
  type Credential,
  certificate,
  eapMschapv2,
  eapTls,
  type KeyPair,
  psk,
  rawKey,
} from '../../../src/connection/authentication.ts';
import type { Connection, End } from '../../../src/connection/connection.ts';

/** Every setting of the model that all three daemons can be told. */
export const full: Connection = {
  name: 'net',
  ends: [
    {
      host: 'west',
      address: '192.1.2.45',
      identity: 'west.test',
      selectors: ['192.0.1.0/24', { network: '192.0.11.0/24', protocol: 17, port: 53 }],
      authentication: psk('a shared secret'),
      start: 'start',
    },
    {
      host: 'east',
      address: '10.0.0.9',
      seenAs: '192.1.2.23',
      identity: 'admin@east.test',
      selectors: [{ network: '192.0.2.0/24', protocol: 17 }],
      authentication: psk('a shared secret'),
    },
  ],
  mode: 'tunnel',
  ike: {
    proposals: [
      {
        encryption: ['aes-256-cbc', 'aes-128-cbc'],
        integrity: ['hmac-sha2-256-128'],
        prf: ['hmac-sha2-256'],
        keyExchange: ['ecp-256', 'modp-2048'],
      },
      { encryption: ['aes-256-gcm'], prf: ['hmac-sha2-512'], keyExchange: ['curve25519'] },
    ],
    lifetime: 3600,
  },
  child: {
    proposals: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'], keyExchange: ['ecp-256'] }],
    lifetime: 1200,
  },
  encapsulation: 'detect',
  mobike: false,
  fragmentation: true,
  liveness: { delay: 30, action: 'restart' },
};

/** The fewest settings there can be. */
export const least: Connection = {
  name: 'hosts',
  ends: [
    { host: 'west', address: '2001:db8::1', authentication: psk('x') },
    { host: 'east', address: '2001:db8::2', authentication: psk('x') },
  ],
};

/** A key that is none; what it is made of does not matter to who writes files. */
export function key(name: string, kind: KeyPair['kind'] = 'ecdsa'): KeyPair {
  const pem = (label: string): string => `-----BEGIN ${label} KEY-----\n${name}\nAAAA\n-----END ${label} KEY-----\n`;
  return { kind, privateKey: pem('PRIVATE'), publicKey: pem('PUBLIC') };
}

/** Each end has the other's public key. */
export const rawKeys: Connection = {
  name: 'keys',
  ends: [
    { host: 'west', address: '192.0.2.1', identity: 'west.test', authentication: rawKey(key('west')) },
    { host: 'east', address: '192.0.2.2', identity: 'user@east.test', authentication: rawKey(key('east')) },
  ],
};

/** A certificate that is none. */
export function credential(name: string, kind: KeyPair['kind'] = 'rsa'): Credential {
  const pem = (what: string): string => `-----BEGIN CERTIFICATE-----\n${what}\n-----END CERTIFICATE-----\n`;
  const more = { subject: `CN=${name}.test`, certificate: pem(name), intermediates: [], root: pem('root'), crls: [] };
  return { ...key(name, kind), ...more };
}

/** The first end is a person with a password; the second shows a certificate. */
export const password: Connection = {
  name: 'road',
  ends: [
    { host: 'west', address: '192.0.2.1', identity: 'west.test', authentication: eapMschapv2('wanda', 'sea breeze') },
    { host: 'east', address: '192.0.2.2', identity: 'east.test', authentication: certificate(credential('east')) },
  ],
};

/** The same with a certificate inside EAP. */
export const insideTls: Connection = {
  ...password,
  ends: [{ ...password.ends[0], authentication: eapTls(credential('west')) }, password.ends[1]],
};

/** The least connection with other ends. */
export function withEnds(west: Partial<End>, east: Partial<End> = {}, more: Partial<Connection> = {}): Connection {
  return {
    ...least,
    ...more,
    ends: [
      { ...least.ends[0], ...west },
      { ...least.ends[1], ...east },
    ],
  };
}
