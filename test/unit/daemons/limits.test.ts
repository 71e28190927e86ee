import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { rawKey } from '../../../src/connection/authentication.ts';
import { type Connection, viewFrom } from '../../../src/connection/connection.ts';
import type { DaemonVersion } from '../../../src/connection/files.ts';
import { limitsOf } from '../../../src/daemons/limits.ts';
import { limitIn, render } from '../../../src/daemons/render.ts';
import { full, insideTls, key, least, password, rawKeys } from '../connection/samples.ts';

const daemons: Readonly<Record<string, DaemonVersion>> = {
  'libreswan 4.10': { implementation: 'libreswan', version: '4.10' },
  'libreswan 5.2': { implementation: 'libreswan', version: '5.2' },
  'strongswan 5.9.8': { implementation: 'strongswan', version: '5.9.8' },
  'strongswan 6.1.0': { implementation: 'strongswan', version: '6.1.0' },
  'openiked 7.4': { implementation: 'openiked', version: '7.4' },
};

const gcm: Connection = { ...least, child: { proposals: [{ encryption: ['aes-256-gcm'], esn: 'yes' }] } };
const hybrid: Connection = {
  ...least,
  ike: {
    proposals: [
      {
        encryption: ['aes-256-gcm'],
        prf: ['hmac-sha2-256'],
        keyExchange: ['curve25519'],
        additionalKeyExchange: ['ml-kem-768'],
      },
    ],
  },
};

/** The second end comes first, and on the host that these tests look at. */
function fromEast({ ends: [west, east], ...rest }: Connection): Connection {
  return {
    ...rest,
    ends: [
      { ...east, host: 'west' },
      { ...west, host: 'east' },
    ],
  };
}

/** Connection, and the ids of what each daemon cannot do of it. */
const table: readonly (readonly [what: string, Connection, Readonly<Record<string, readonly string[]>>])[] = [
  ['the least', least, {}],
  ['selectors of many kinds', full, { 'libreswan 4.10': ['selector-list', 'selector-protocol'] }],
  ['AES-GCM with ESN for ESP', gcm, { 'openiked 7.4': ['aead-esp', 'esn'] }],
  [
    'ML-KEM beside another key exchange',
    hybrid,
    {
      'libreswan 4.10': ['algorithm', 'additional-key-exchange'],
      'libreswan 5.2': ['algorithm', 'additional-key-exchange'],
      'strongswan 5.9.8': ['ml-kem'],
      'openiked 7.4': ['algorithm', 'additional-key-exchange'],
    },
  ],
  ['raw ECDSA keys', rawKeys, {}],
  [
    'a raw Ed25519 key of the peer',
    { ...rawKeys, ends: [rawKeys.ends[0], { ...rawKeys.ends[1], authentication: rawKey(key('east', 'ed25519')) }] },
    { 'libreswan 4.10': ['ed25519'], 'libreswan 5.2': ['ed25519'], 'openiked 7.4': ['ed25519'] },
  ],
  [
    'being authenticated by a password',
    password,
    { 'libreswan 4.10': ['eap-initiator'], 'libreswan 5.2': ['eap-initiator'], 'openiked 7.4': ['eap-initiator'] },
  ],
  ['asking for a password', fromEast(password), { 'libreswan 4.10': ['eap-method'], 'libreswan 5.2': ['eap-method'] }],
  ['asking for EAP-TLS', fromEast(insideTls), { 'libreswan 5.2': ['eap-tls-5'], 'openiked 7.4': ['eap-method'] }],
  ['asking by OCSP', { ...least, ocsp: true }, { 'openiked 7.4': ['ocsp'] }],
  ['replacing SAs at a set time', { ...least, rekey: { margin: 60 } }, { 'openiked 7.4': ['rekey-margin'] }],
];

for (const [what, connection, expected] of table) {
  test(`limits: ${what}`, () => {
    const view = viewFrom(connection, 'west');
    assert.ok(view);
    const found = Object.entries(daemons).map(([name, daemon]) => [name, limitsOf(view, daemon).map(({ id }) => id)]);
    assert.deepEqual(
      Object.fromEntries(found.filter(([, ids]) => (ids ?? []).length > 0)),
      Object.fromEntries(Object.entries(expected)),
    );
  });
}

test('rendering for a daemon that cannot says so, with the reason and where it stands', () => {
  assert.throws(
    () => render({ host: 'west', daemon: { implementation: 'openiked', version: '7.4' }, connections: [gcm] }),
    (error) =>
      error instanceof EspalierError &&
      error.fault === 'scenario' &&
      /^connection hosts: openiked 7\.4: PF_KEY of Linux knows no AEAD algorithm.* \(.*xfrm_algo\.c/.test(
        error.message,
      ),
  );
});

test('what an end has to itself is measured against its own daemon alone', () => {
  const [west, east] = least.ends;
  const connection: Connection = { ...least, ends: [{ ...west, own: { rekey: { margin: 30 } } }, east] };
  const daemon = { implementation: 'openiked', version: '7.4' } as const;
  assert.match(limitIn({ host: 'west', daemon, connections: [connection] }) ?? '', /drawn at random/);
  assert.equal(limitIn({ host: 'east', daemon, connections: [connection] }), undefined);
});
