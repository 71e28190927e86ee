import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eapMd5, psk, rawKey } from '../../../src/connection/authentication.ts';
import type { Connection, End } from '../../../src/connection/connection.ts';
import { identityType } from '../../../src/connection/identity.ts';
import { parseNetwork } from '../../../src/connection/network.ts';
import type { FurtherChild } from '../../../src/connection/sas.ts';
import { problemsOf } from '../../../src/connection/validate.ts';
import { full, insideTls, key, least, password, rawKeys } from './samples.ts';

/** The end with the certificate otherwise. */
function withServer(change: Partial<End>): Connection {
  const [west, east] = password.ends;
  return { ...password, ends: [west, { ...east, ...change }] };
}

function withEnd(change: Partial<End>): Connection {
  const [west, east] = least.ends;
  return { ...least, ends: [{ ...west, ...change }, east] };
}

/** A second Child SA, otherwise right. */
function withChild(change: Partial<FurtherChild>): Connection {
  const child = { name: 'second', selectors: { west: ['10.1.0.0/16'], east: ['10.2.0.0/16'] } };
  return { ...least, furtherChildren: [{ ...child, ...change }] };
}

/** A mistake, and the field that the message names. */
const mistakes: readonly (readonly [Connection, string])[] = [
  [{ ...least, name: '1st' }, 'name'],
  [{ ...least, ends: [least.ends[0], least.ends[0]] }, 'ends[1].host'],
  [withEnd({ host: 'West' }), 'ends[0].host'],
  [withEnd({ address: '192.1.2' }), 'ends[0].address'],
  [withEnd({ address: '192.1.2.3' }), 'ends[1].address'],
  [withEnd({ seenAs: 'nat' }), 'ends[0].seenAs'],
  [withEnd({ identity: 'a b' }), 'ends[0].identity'],
  [withEnd({ selectors: ['10.0.0.1/24'] }), 'ends[0].selectors[0]'],
  [withEnd({ selectors: ['10.0.0.0/33'] }), 'ends[0].selectors[0]'],
  [withEnd({ selectors: [{ network: '10.0.0.0/8', protocol: 300 }] }), 'ends[0].selectors[0].protocol'],
  [withEnd({ selectors: [{ network: '10.0.0.0/8', protocol: 1, port: 8 }] }), 'ends[0].selectors[0].port'],
  [withEnd({ authentication: psk('with "quotes"') }), 'ends[0].authentication.secret'],
  [withEnd({ authentication: psk('other') }), 'ends[1].authentication.secret'],
  [
    withEnd({ authentication: rawKey({ ...key('west'), privateKey: 'west.key' }) }),
    'ends[0].authentication.key.privateKey',
  ],
  [withEnd({ authentication: rawKey({ ...key('west'), publicKey: '' }) }), 'ends[0].authentication.key.publicKey'],
  [withEnd({ authentication: eapMd5('wanda', 'a\nb') }), 'ends[0].authentication.password'],
  [withServer({ authentication: psk('x') }), 'ends[1].authentication'],
  [withServer({ authentication: eapMd5('a', 'b') }), 'ends[1].authentication'],
  [withServer({ start: 'start' }), 'ends[1].start'],
  [{ ...least, child: { proposals: [{ encryption: ['aes-128-cbc'] }] } }, 'child.proposals[0].integrity'],
  [
    { ...least, child: { proposals: [{ encryption: ['aes-128-cbc', 'aes-128-gcm'] }] } },
    'child.proposals[0].encryption',
  ],
  [{ ...least, ike: { lifetime: 0 } }, 'ike.lifetime'],
  [{ ...least, child: { lifetime: 60 }, rekey: { margin: 60 } }, 'rekey.margin'],
  [{ ...least, child: { replayWindow: 5000 } }, 'child.replayWindow'],
  [{ ...least, child: { lifetimeBytes: 0 } }, 'child.lifetimeBytes'],
  [{ ...least, child: { lifetimePackets: 1.5 } }, 'child.lifetimePackets'],
  [{ ...least, ppk: { id: 'a, b', secret: 'x'.repeat(32) } }, 'ppk.id'],
  [{ ...least, ppk: { id: 'a', secret: 'x'.repeat(31) } }, 'ppk.secret'],
  [withChild({ name: '2' }), 'furtherChildren[0].name'],
  [withChild({ name: 'hosts' }), 'furtherChildren[0].name'],
  [withChild({ selectors: { west: ['10.0.0.0/8'] } }), 'furtherChildren[0].selectors'],
  [withChild({ selectors: { west: ['10.0.0.0/8'], east: ['10.0.0.1/8'] } }), 'furtherChildren[0].selectors.east[0]'],
  [
    withChild({ selectors: { west: ['10.0.0.0/8'], east: ['10.0.0.0/8'], nic: ['::/0'] } }),
    'furtherChildren[0].selectors',
  ],
  [withChild({ lifetime: 0 }), 'furtherChildren[0].lifetime'],
  [withChild({ proposals: [{ encryption: ['aes-128-cbc'] }] }), 'furtherChildren[0].proposals[0].integrity'],
  [withEnd({ interface: { kind: 'xfrm', id: 0 } }), 'ends[0].interface.id'],
  [withEnd({ interface: { kind: 'gre' as 'vti', id: 2 ** 32 - 1 } }), 'ends[0].interface.kind'],
];

for (const [connection, field] of mistakes) {
  test(`a mistake in ${field} is named: ${JSON.stringify(connection).slice(0, 70)}`, () => {
    assert.equal(problemsOf(connection)[0]?.field, field);
  });
}

test('an algorithm that nobody knows is named with those that are', () => {
  const proposals = JSON.parse('[{"encryption":["rot13"],"integrity":["hmac-sha1-96"]}]');
  const [problem] = problemsOf({ ...least, child: { proposals } });
  assert.match(problem?.message ?? '', /^"rot13" is not known; known: aes-128-cbc, /);
});

test('the samples are right', () => {
  assert.deepEqual([full, least, rawKeys, password, insideTls].flatMap(problemsOf), []);
});

test('identities are of the types that RFC 7296 names', () => {
  const table = {
    '10.0.0.1': 'ipv4',
    '2001:db8::1': 'ipv6',
    west: 'fqdn',
    'a@b.test': 'rfc822',
    'C=DE, CN=w': 'dn',
    'keyid:a-b': 'key-id',
  };
  for (const [text, type] of Object.entries(table)) assert.equal(identityType(text), type, text);
  for (const text of ['', 'a b', '@west', 'a@b@c', '"', '-', 'keyid:', 'keyid:a b', 'keyid:-a'])
    assert.equal(identityType(text), undefined, text);
});

test('a network is read exactly where its host bits are zero', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.integer({ min: 0, max: 32 }), (number, prefix) => {
      const bytes = [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
      const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
      const right = (number & mask) >>> 0 === number;
      assert.equal(parseNetwork(`${bytes.join('.')}/${prefix}`) !== undefined, right);
    }),
  );
});
