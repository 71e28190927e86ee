/** Mistakes in what an end requests and assigns, in IKEv1, and in policies that protect nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate, eapMd5, eapTls } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { firstAndLast } from '../../../src/connection/network.ts';
import type { PlainPolicy } from '../../../src/connection/policies.ts';
import type { RadiusServer } from '../../../src/connection/radius.ts';
import { problemsOf } from '../../../src/connection/validate.ts';
import { credential, withEnds } from './samples.ts';

const assigns = { pools: ['10.3.0.0/24', '2001:db8:3::/112'], dns: ['10.2.0.53'] };
const user = { user: 'wanda', password: 'sea breeze' };
const aesCbc = { encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'], prf: ['hmac-sha1'] } as const;

function withPolicy(change: Partial<PlainPolicy>): Connection {
  const policy = { name: 'open', action: 'bypass', local: '10.1.0.0/16', remote: '10.2.0.0/16' } as const;
  return withEnds({
    policies: [
      { ...policy, name: 'first' },
      { ...policy, ...change },
    ],
  });
}

const gate = { authentication: certificate(credential('east')) };
const radius = { server: '10.9.0.1', secret: 'x' };
const tls = { authentication: eapTls(credential('west')) };

const named = { ...radius, identity: 'aaa.test' };

function asking(change: { [F in keyof RadiusServer]?: RadiusServer[F] | undefined }): Connection {
  return withEnds(tls, { ...gate, radius: { ...named, ...change } as RadiusServer });
}

const right: readonly Connection[] = [
  withEnds(tls, tls),
  withEnds({ ...tls, start: 'start' }, tls),
  withEnds({ requests: ['ipv4', 'ipv6'] }, { assigns }),
  withEnds({ requests: ['ipv4'], start: 'start' }, { assigns }),
  withEnds({ xauth: user }, {}, { ikev1: 'aggressive' }),
  withPolicy({}),
  withPolicy({ local: { network: '10.1.0.0/16', protocol: 1, icmpType: 0 } }),
  withEnds({}, {}, { encapsulation: 'tcp' }),
  withEnds(tls, { ...gate, radius: { ...radius, port: 1645, identity: 'aaa.test' } }),
  withEnds({ authentication: eapMd5('a', 'b') }, { ...gate, radius }),
];

for (const [index, connection] of right.entries()) {
  test(`connection ${index} has no mistake`, () => assert.deepEqual(problemsOf(connection), []));
}

const mistakes: readonly (readonly [Connection, string, RegExp])[] = [
  [asking({ server: 'aaa.test' }), 'ends[1].radius.server', /"aaa.test" is no IPv4/],
  [asking({ secret: '"' }), 'ends[1].radius.secret', /ASCII/],
  [asking({ port: 65536 }), 'ends[1].radius.port', /1 to 65535/],
  [asking({ identity: 'no name' }), 'ends[1].radius.identity', /"no name"/],
  [asking({ identity: undefined }), 'ends[1].radius.identity', /EAP-TLS/],
  [withEnds({}, { radius }), 'ends[1].radius', /the other one does not/],
  [withEnds({ ...tls, radius: named }, tls), 'ends[0].radius', /does not use EAP itself/],
  [withEnds({ requests: ['ipv5' as 'ipv4'] }, { assigns }), 'ends[0].requests', /"ipv5"/],
  [withEnds({ requests: [] }, { assigns }), 'ends[0].requests', /must name/],
  [withEnds({ requests: ['ipv4'], selectors: ['10.1.0.0/16'] }, { assigns }), 'ends[0].selectors', /left out/],
  [withEnds({ requests: ['ipv4'], start: 'trap' }, { assigns }), 'ends[0].start', /trap/],
  [withEnds({ requests: ['ipv4'] }, { assigns, requests: ['ipv4'] }), 'ends[0].requests', /both/],
  [withEnds({ requests: ['ipv4'] }, { assigns, start: 'start' }), 'ends[0].requests', /initiates/],
  [withEnds({}, { assigns }), 'ends[1].assigns', /does not/],
  [withEnds({ requests: ['ipv4'] }, { assigns: { pools: [] } }), 'ends[1].assigns.pools', /must name/],
  [withEnds({ requests: ['ipv4'] }, { assigns: { pools: ['10.3.0.1/24'] } }), 'ends[1].assigns.pools[0]', /CIDR/],
  [
    withEnds({ requests: ['ipv4'] }, { assigns: { pools: ['10.3.0.0/24', '10.4.0.0/24'] } }),
    'ends[1].assigns.pools',
    /two/,
  ],
  [
    withEnds({ requests: ['ipv4'] }, { assigns: { ...assigns, dns: ['ns.test'] } }),
    'ends[1].assigns.dns[0]',
    /"ns.test"/,
  ],
  [withEnds({ xauth: user }), 'ends[0].xauth', /no ikev1/],
  [withEnds({ xauth: { ...user, user: 'a b' } }, {}, { ikev1: 'main' }), 'ends[0].xauth.user', /letters/],
  [withEnds({ xauth: { ...user, password: '"' } }, {}, { ikev1: 'main' }), 'ends[0].xauth.password', /ASCII/],
  [withEnds({ xauth: user }, { xauth: user }, { ikev1: 'main' }), 'ends[1].xauth', /both/],
  [withEnds({}, {}, { ikev1: 'base' as 'main' }), 'ikev1', /"main"/],
  [withEnds({}, {}, { ikev1: 'main', mobike: true }), 'mobike', /4555/],
  [withEnds({}, {}, { ikev1: 'main', ppk: { id: 'a', secret: 'x'.repeat(32) } }), 'ppk', /8784/],
  [withEnds({}, {}, { ikev1: 'main', encapsulation: 'tcp' }), 'encapsulation', /9329/],
  [
    withEnds(
      {},
      {},
      {
        ikev1: 'main',
        ike: { proposals: [{ ...aesCbc, keyExchange: ['modp-2048'], additionalKeyExchange: ['ml-kem-768'] }] },
      },
    ),
    'ike.proposals[0].additionalKeyExchange',
    /9370/,
  ],
  [withEnds({ authentication: eapMd5('a', 'b') }, {}, { ikev1: 'main' }), 'ends[0].authentication', /IKEv2/],
  [withEnds(tls, { authentication: eapMd5('a', 'b') }), 'ends[0].authentication', /EAP-TLS alone/],
  [withEnds({ authentication: eapMd5('a', 'b') }, tls), 'ends[1].authentication', /EAP-TLS alone/],
  [withEnds({}, {}, { ikev1: 'main', childless: true }), 'childless', /6023/],
  [
    withPolicy({ local: { network: '10.1.0.0/16', protocol: 1, icmpType: 256 } }),
    'ends[0].policies[1].local.icmpType',
    /255/,
  ],
  [
    withPolicy({ local: { network: '10.1.0.0/16', protocol: 17, icmpType: 8 } }),
    'ends[0].policies[1].local.icmpType',
    /58/,
  ],
  [withPolicy({ name: '1' }), 'ends[0].policies[1].name', /letter/],
  [withPolicy({ name: 'first' }), 'ends[0].policies[1].name', /once more/],
  [withPolicy({ name: 'hosts' }), 'ends[0].policies[1].name', /once more/],
  [withPolicy({ action: 'protect' as 'bypass' }), 'ends[0].policies[1].action', /"discard"/],
  [withPolicy({ local: '10.1.0.1/16' }), 'ends[0].policies[1].local', /CIDR/],
  [withPolicy({ remote: { network: '10.2.0.0/16', protocol: 0 } }), 'ends[0].policies[1].remote.protocol', /255/],
  [withPolicy({ remote: { network: '::/0', protocol: 58 } }), 'ends[0].policies[1].remote', /family/],
];

for (const [index, [connection, field, message]] of mistakes.entries()) {
  test(`mistake ${index} is one of ${field}`, () => {
    const found = problemsOf(connection).find((one) => one.field === field && message.test(one.message));
    assert.ok(found, JSON.stringify(problemsOf(connection)));
  });
}

test('the addresses of a network that hosts can have', () => {
  assert.deepEqual(firstAndLast('10.3.0.0/24'), ['10.3.0.1', '10.3.0.254']);
  assert.deepEqual(firstAndLast('10.3.0.128/30'), ['10.3.0.129', '10.3.0.130']);
  assert.deepEqual(firstAndLast('10.3.0.4/31'), ['10.3.0.4', '10.3.0.5']);
  assert.deepEqual(firstAndLast('203.0.113.255/32'), ['203.0.113.255', '203.0.113.255']);
  assert.deepEqual(firstAndLast('128.0.0.0/1'), ['128.0.0.1', '255.255.255.254']);
});
