import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawKey } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { limitIn, limitsOf } from '../../../src/daemons/limits.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { full, insideTls, key, least, password, rawKeys } from '../connection/samples.ts';

const daemons = [
  findDaemon('libreswan', '4.10'),
  findDaemon('libreswan', '5.2'),
  findDaemon('strongswan', '5.9.8'),
  findDaemon('strongswan', '6.1.0'),
  findDaemon('openiked', '7.4'),
];

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

const radius = { server: '10.9.0.1', secret: 'x' };

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

/** The least, with something more at the end that these tests look at. */
function withEnd(more: Partial<Connection['ends'][0]>): Connection {
  return { ...least, ends: [{ ...least.ends[0], ...more }, least.ends[1]] };
}

function onlyOf(names: readonly string[], id: string): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, [id]]));
}

/** Connection, and the ids of what each daemon cannot do of it. */
const table: readonly (readonly [what: string, Connection, Readonly<Record<string, readonly string[]>>])[] = [
  ['the least', least, {}],
  ['selectors of many kinds', full, { 'libreswan-4.10': ['selector-list', 'selector-protocol'] }],
  ['AES-GCM with ESN for ESP', gcm, { 'openiked-7.4': ['aead-esp', 'esn'] }],
  [
    'ML-KEM beside another key exchange',
    hybrid,
    {
      'libreswan-4.10': ['algorithm', 'additional-key-exchange'],
      'libreswan-5.2': ['algorithm', 'additional-key-exchange'],
      'strongswan-5.9.8': ['ml-kem'],
      'openiked-7.4': ['algorithm', 'additional-key-exchange'],
    },
  ],
  ['raw ECDSA keys', rawKeys, {}],
  [
    'a raw Ed25519 key of the peer',
    { ...rawKeys, ends: [rawKeys.ends[0], { ...rawKeys.ends[1], authentication: rawKey(key('east', 'ed25519')) }] },
    { 'libreswan-4.10': ['ed25519'], 'libreswan-5.2': ['ed25519'], 'openiked-7.4': ['ed25519'] },
  ],
  [
    'being authenticated by a password',
    password,
    { 'libreswan-4.10': ['eap-initiator'], 'libreswan-5.2': ['eap-initiator'], 'openiked-7.4': ['eap-initiator'] },
  ],
  ['asking for a password', fromEast(password), { 'libreswan-4.10': ['eap-method'], 'libreswan-5.2': ['eap-method'] }],
  ['asking for EAP-TLS', fromEast(insideTls), { 'libreswan-5.2': ['eap-tls-5'], 'openiked-7.4': ['eap-method'] }],
  [
    'EAP alone',
    {
      ...insideTls,
      ends: [insideTls.ends[0], { ...insideTls.ends[1], authentication: insideTls.ends[0].authentication }],
    },
    {
      'libreswan-4.10': ['eap-initiator'],
      'libreswan-5.2': ['eap-initiator', 'eap-tls-5'],
      'openiked-7.4': ['eap-initiator', 'eap-method'],
    },
  ],
  [
    'asking a RADIUS server for a password',
    fromEast({ ...password, ends: [password.ends[0], { ...password.ends[1], radius }] }),
    {
      'libreswan-4.10': ['eap-method', 'radius'],
      'libreswan-5.2': ['eap-method', 'radius'],
      'openiked-7.4': ['radius'],
    },
  ],
  ['asking by OCSP', { ...least, ocsp: true }, { 'openiked-7.4': ['ocsp'] }],
  [
    'two Child SAs',
    { ...least, furtherChildren: [{ name: 'b', selectors: { west: ['10.1.0.0/16'], east: ['10.2.0.0/16'] } }] },
    { 'openiked-7.4': ['families', 'further-children'] },
  ],
  [
    'what the second of two Child SAs has',
    {
      ...least,
      furtherChildren: [
        { name: 'b', selectors: { west: ['2001:db8:1::/64'], east: ['2001:db8:2::/64'] }, lifetimePackets: 9 },
      ],
    },
    { 'openiked-7.4': ['lifetime-packets', 'further-children'] },
  ],
  ['a postquantum key', { ...least, ppk: { id: 'a', secret: 'x'.repeat(32) } }, { 'openiked-7.4': ['ppk'] }],
  ['a limit of octets', { ...least, child: { lifetimeBytes: 9 } }, {}],
  [
    'a limit of octets without rekeying',
    { ...least, rekey: false, child: { lifetimeBytes: 9 } },
    { 'openiked-7.4': ['lifetime-bytes'] },
  ],
  ['a limit of packets', { ...least, child: { lifetimePackets: 9 } }, { 'openiked-7.4': ['lifetime-packets'] }],
  ['IKEv1', { ...least, ikev1: 'main' }, { 'strongswan-6.1.0': ['ikev1'], 'openiked-7.4': ['ikev1'] }],
  [
    'aggressive mode without a proposal',
    { ...least, ikev1: 'aggressive' },
    {
      'libreswan-4.10': ['aggressive-proposal'],
      'libreswan-5.2': ['aggressive-proposal'],
      'strongswan-6.1.0': ['ikev1'],
      'openiked-7.4': ['ikev1'],
    },
  ],
  [
    'childless',
    { ...least, childless: true },
    {
      'libreswan-4.10': ['childless'],
      'libreswan-5.2': ['childless'],
      'openiked-7.4': ['childless'],
    },
  ],
  [
    'a type of ICMP',
    {
      ...least,
      ends: [{ ...least.ends[0], selectors: [{ network: '::/0', protocol: 58, icmpType: 135 }] }, least.ends[1]],
    },
    { 'libreswan-4.10': ['selector-protocol'], 'openiked-7.4': ['icmp-type'] },
  ],
  [
    'a protocol at both ends',
    {
      ...least,
      ends: [
        { ...least.ends[0], selectors: [{ network: '10.1.0.0/24', protocol: 6 }] },
        { ...least.ends[1], selectors: [{ network: '10.2.0.0/24', protocol: 6, port: 80 }] },
      ],
    },
    { 'openiked-7.4': ['families'] },
  ],
  [
    'TCP',
    { ...least, encapsulation: 'tcp' },
    { 'strongswan-5.9.8': ['tcp'], 'strongswan-6.1.0': ['tcp'], 'openiked-7.4': ['tcp'] },
  ],
  [
    'a bypass policy',
    {
      ...least,
      ends: [
        { ...least.ends[0], policies: [{ name: 'p', action: 'bypass', local: '::/0', remote: '::/0' }] },
        least.ends[1],
      ],
    },
    { 'openiked-7.4': ['plain-policies'] },
  ],
  ['IPComp', { ...least, child: { ipcomp: true } }, { 'openiked-7.4': ['ipcomp'] }],
  [
    'an interface',
    { ...least, ends: [{ ...least.ends[0], interface: { kind: 'xfrm', id: 1 } }, least.ends[1]] },
    { 'openiked-7.4': ['interface'] },
  ],
  [
    "the peer's interface",
    { ...least, ends: [least.ends[0], { ...least.ends[1], interface: { kind: 'vti', id: 1 } }] },
    {},
  ],
  ['a mark', withEnd({ mark: 5 }), { 'openiked-7.4': ['interface'] }],
  [
    'one IKE SA, the new one',
    { ...least, uniqueIds: 'replace' },
    onlyOf(['libreswan-4.10', 'libreswan-5.2'], 'unique-ids'),
  ],
  ['many IKE SAs', { ...least, uniqueIds: 'allow' }, {}],
  [
    'header fields as Linux has them',
    { ...least, child: { copyDscp: 'out', copyEcn: true } },
    { 'libreswan-5.2': ['dscp-out'] },
  ],
  [
    'header fields copied inwards alone',
    { ...least, child: { copyDscp: 'in' } },
    { 'openiked-7.4': ['header-fields'] },
  ],
  [
    'header fields copied both ways',
    { ...least, child: { copyDscp: 'both' } },
    { 'libreswan-5.2': ['dscp-out'], 'openiked-7.4': ['header-fields'] },
  ],
  [
    'congestion marks kept apart',
    { ...least, child: { copyEcn: false } },
    { ...onlyOf(['libreswan-4.10', 'libreswan-5.2'], 'ecn'), 'openiked-7.4': ['header-fields'] },
  ],
  ['a key ID', withEnd({ identity: 'keyid:west' }), { 'openiked-7.4': ['key-id'] }],
  ['an updown program', withEnd({ updown: '/bin/true' }), { 'openiked-7.4': ['updown'] }],
  [
    'resumption',
    { ...least, resumption: true },
    onlyOf(['libreswan-4.10', 'strongswan-5.9.8', 'strongswan-6.1.0', 'openiked-7.4'], 'resumption'),
  ],
  [
    'sending peers elsewhere',
    withEnd({ redirectsTo: '2001:db8::9' }),
    { ...onlyOf(['strongswan-5.9.8', 'strongswan-6.1.0'], 'redirects'), 'openiked-7.4': ['redirect'] },
  ],
  ['being sent elsewhere', fromEast(withEnd({ redirectsTo: '2001:db8::9' })), { 'openiked-7.4': ['redirect'] }],
  ['a name in place of an address', fromEast(withEnd({ dnsName: 'west.test' })), {}],
  [
    'other selectors than the peer has',
    withEnd({ peerSelectors: ['2001:db8::/32'] }),
    { 'openiked-7.4': ['narrowing'] },
  ],
  ['a peer that has other selectors', fromEast(withEnd({ peerSelectors: ['2001:db8::/32'] })), {}],
  ['replacing SAs at a set time', { ...least, rekey: { margin: 60 } }, { 'openiked-7.4': ['rekey-margin'] }],
];

for (const [what, connection, expected] of table) {
  test(`limits: ${what}`, () => {
    const view = viewOf(connection, 'west');
    const found = daemons.map((daemon) => [daemon.id, limitsOf(view, daemon).map(({ id }) => id)] as const);
    assert.deepEqual(Object.fromEntries(found.filter(([, ids]) => ids.length > 0)), expected);
  });
}

test('a limit names the connection, the daemon, the reason and where that is written', () => {
  assert.match(
    limitIn([viewOf(least, 'west'), viewOf(gcm, 'west')], findDaemon('openiked', '7.4')) ?? '',
    /^connection hosts: openiked 7\.4: PF_KEY of Linux knows no AEAD algorithm.* \(.*af_key\.c/,
  );
  assert.equal(
    limitIn([viewOf(hybrid, 'west')], findDaemon('libreswan', '5.2')),
    'connection hosts: libreswan 5.2: libreswan has no word for ml-kem-768 for IKE (src/daemons/libreswan/algorithms.ts)',
  );
});

test('what an end has to itself is measured against its own daemon alone', () => {
  const [west, east] = least.ends;
  const connection: Connection = { ...least, ends: [{ ...west, own: { rekey: { margin: 30 } } }, east] };
  const daemon = findDaemon('openiked', '7.4');
  assert.match(limitIn([viewOf(connection, 'west')], daemon) ?? '', /drawn at random/);
  assert.equal(limitIn([viewOf(connection, 'east')], daemon), undefined);
});
