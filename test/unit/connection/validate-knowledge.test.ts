/** Mistakes in what an end takes the other one for, and in what it does to packets and peers beside its SAs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eapMd5, eapTls } from '../../../src/connection/authentication.ts';
import { type Connection, narrows, peerWord } from '../../../src/connection/connection.ts';
import { problemsOf } from '../../../src/connection/validate.ts';
import { childViews, viewOf } from '../../../src/connection/view.ts';
import { credential, full, withEnds } from './samples.ts';

const tls = { authentication: eapTls(credential('west')) };
const assigns = { pools: ['10.3.0.0/24'] };

const right: readonly Connection[] = [
  withEnds({ peerSelectors: ['2001:db8:2::/48'] }, { selectors: ['2001:db8:2:1::/64'] }),
  withEnds({ dnsName: 'west.test', mark: 1, updown: '/usr/local/bin/updown.sh' }, { dnsName: 'a' }),
  withEnds({ redirectsTo: '2001:db8::9', mark: 0xffff_ffff }, {}, { uniqueIds: 'replace', resumption: true }),
  withEnds(
    { own: { uniqueIds: 'allow', child: { copyDscp: 'in' } } },
    {},
    { child: { copyDscp: 'none', copyEcn: true } },
  ),
  withEnds(tls, tls),
  withEnds({ requests: ['ipv4'], peerSelectors: ['::/0'] }, { assigns, selectors: ['2001:db8:2::/48'] }),
];

for (const [index, connection] of right.entries()) {
  test(`connection ${index} knows nothing wrong`, () => assert.deepEqual(problemsOf(connection), []));
}

const mistakes: readonly (readonly [Connection, string, RegExp])[] = [
  [withEnds({ peerSelectors: [] }), 'ends[0].peerSelectors', /must name/],
  [withEnds({ peerSelectors: ['2001:db8::1/64'] }), 'ends[0].peerSelectors[0]', /CIDR/],
  [withEnds({ requests: ['ipv4'] }, { assigns, peerSelectors: ['::/0'] }), 'ends[1].peerSelectors', /assigned/],
  [withEnds({ peerSelectors: ['::/0'] }, {}, { ikev1: 'main' }), 'ends[0].peerSelectors', /7296/],
  [withEnds({ dnsName: 'a_b' }), 'ends[0].dnsName', /"a_b"/],
  [withEnds({ dnsName: '-a.test' }), 'ends[0].dnsName', /letters/],
  [withEnds({ dnsName: 'a..test' }), 'ends[0].dnsName', /letters/],
  [withEnds({ dnsName: '192.0.2.1' }), 'ends[0].dnsName', /letters/],
  [withEnds({ dnsName: `${'a'.repeat(63)}.`.repeat(4).slice(0, -1) }), 'ends[0].dnsName', /letters/],
  [withEnds({ dnsName: 'west.test', seenAs: 'any' }), 'ends[0].seenAs', /any/],
  [withEnds({ mark: 0 }), 'ends[0].mark', /whole number/],
  [withEnds({ mark: 5, interface: { kind: 'xfrm', id: 5 } }), 'ends[0].mark', /interface/],
  [withEnds({ updown: 'updown.sh' }), 'ends[0].updown', /absolute/],
  [withEnds({ updown: '/bin/a b' }), 'ends[0].updown', /absolute/],
  [withEnds({ redirectsTo: '192.0.2.9' }), 'ends[0].redirectsTo', /family/],
  [withEnds({ redirectsTo: 'gate.test' }), 'ends[0].redirectsTo', /family/],
  [withEnds({ redirectsTo: '2001:db8::1' }), 'ends[0].redirectsTo', /itself/],
  [withEnds({ redirectsTo: '2001:db8::9' }, { redirectsTo: '2001:db8::9' }), 'ends[1].redirectsTo', /both/],
  [withEnds({ redirectsTo: '2001:db8::9' }, {}, { ikev1: 'main' }), 'ends[0].redirectsTo', /5685/],
  [withEnds({}, {}, { uniqueIds: 'keep' as 'allow' }), 'uniqueIds', /"keep"/],
  [withEnds({}, {}, { resumption: true, ikev1: 'main' }), 'resumption', /5723/],
  [withEnds({}, {}, { child: { copyDscp: 'yes' as 'in' } }), 'child.copyDscp', /"yes"/],
  [withEnds({}, {}, { mode: 'transport', child: { copyDscp: 'out' } }), 'child.copyDscp', /tunnel/],
  [withEnds({}, {}, { mode: 'transport', child: { copyEcn: true } }), 'child.copyEcn', /tunnel/],
  [
    withEnds(
      {},
      {},
      {
        furtherChildren: [
          { name: 'b', copyDscp: 'yes' as 'in', selectors: { west: ['10.1.0.0/16'], east: ['10.2.0.0/16'] } },
        ],
      },
    ),
    'furtherChildren[0].copyDscp',
    /"yes"/,
  ],
  [withEnds(tls, { authentication: eapMd5('a', 'b') }), 'ends[0].authentication', /both/],
];

for (const [index, [connection, field, message]] of mistakes.entries()) {
  test(`mistaken knowledge ${index} is one of ${field}`, () => {
    const found = problemsOf(connection).find((one) => one.field === field && message.test(one.message));
    assert.ok(found, JSON.stringify(problemsOf(connection)));
  });
}

test('an end sees the other one with the selectors that it takes it for; further Child SAs have their own', () => {
  const [west, east] = full.ends;
  const connection: Connection = {
    ...full,
    ends: [{ ...west, peerSelectors: ['192.0.0.0/16'] }, east],
    furtherChildren: [{ name: 'second', selectors: { west: ['10.1.0.0/16'], east: ['10.2.0.0/16'] } }],
  };
  const [first, second] = childViews(viewOf(connection, 'west'));
  assert.deepEqual(first?.remote.selectors, ['192.0.0.0/16']);
  assert.deepEqual(second?.remote.selectors, ['10.2.0.0/16']);
  assert.deepEqual(viewOf(connection, 'east').local.selectors, east.selectors);
  assert.deepEqual(viewOf(connection, 'east').remote.selectors, west.selectors);
  assert.deepEqual([narrows(connection), narrows(full)], [true, false]);
  const address = '192.0.2.1';
  const words = [{ address, dnsName: 'west.test', seenAs: '192.0.2.9' }, { address, seenAs: 'any' }, { address }];
  assert.deepEqual(words.map(peerWord), ['west.test', 'any', address]);
});
