/** Settings that a daemon has once for all its connections. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawKey } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { limitIn } from '../../../src/daemons/limits.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { key, least, password, rawKeys, withEnds } from '../connection/samples.ts';

const daemons = [
  findDaemon('libreswan', '4.10'),
  findDaemon('libreswan', '5.2'),
  findDaemon('strongswan', '6.1.0'),
  findDaemon('openiked', '7.4'),
];
const both = (more: Partial<Connection>): Connection => ({ ...least, ...more });
const assigning = (dns?: string[]) =>
  withEnds({ assigns: { pools: ['10.3.0.0/24'], ...(dns && { dns }) } }, { requests: ['ipv4'] });
/** Who has the host west ask about the other end. */
function asking(server: string, port?: number): Connection {
  const [road, gate] = password.ends;
  const radius = { server, secret: 'x', ...(port !== undefined && { port }) };
  return {
    ...password,
    ends: [
      { ...gate, host: 'west', radius },
      { ...road, host: 'east' },
    ],
  };
}
const keyed = (name: string): Connection => ({
  ...rawKeys,
  ends: [{ ...rawKeys.ends[0], authentication: rawKey(key(name)) }, rawKeys.ends[1]],
});

/** Two connections of one host, what they want differently, and whose daemon has that once. Beside these, other limits may hold. */
const table: readonly (readonly [Connection, Connection, what: string, daemons: readonly string[]])[] = [
  [both({ uniqueIds: 'allow' }), both({ uniqueIds: 'allow' }), 'uniqueIds', []],
  [both({ uniqueIds: 'allow' }), both({}), 'uniqueIds', []],
  [both({ uniqueIds: 'allow' }), both({ uniqueIds: 'replace' }), 'uniqueIds', ['openiked-7.4']],
  [both({ ocsp: true }), both({ ocsp: false }), 'ocsp', ['libreswan-4.10', 'libreswan-5.2', 'strongswan-6.1.0']],
  [both({ revocation: 'strict' }), both({ revocation: 'relaxed' }), 'revocation', ['libreswan-4.10', 'libreswan-5.2']],
  [both({ mobike: true }), both({ mobike: false }), 'mobike', ['openiked-7.4']],
  [both({ fragmentation: true }), both({ fragmentation: false }), 'fragmentation', ['openiked-7.4']],
  [both({ liveness: { delay: 1 } }), both({ liveness: { delay: 2 } }), 'liveness.delay', ['openiked-7.4']],
  [keyed('one'), keyed('other'), 'the private key', ['openiked-7.4']],
  [keyed('one'), keyed('one'), 'the private key', []],
  [asking('10.9.0.1'), asking('10.9.0.1', 1812), 'the RADIUS server', []],
  [asking('10.9.0.1'), asking('10.9.0.2'), 'the RADIUS server', ['strongswan-6.1.0']],
  [asking('10.9.0.1'), asking('10.9.0.1', 1645), 'the RADIUS server', ['strongswan-6.1.0']],
  [assigning(['10.2.0.53']), assigning(['10.2.0.53']), 'the name servers of the pool 10.3.0.0/24', []],
  [assigning(['10.2.0.53']), assigning(), 'the name servers of the pool 10.3.0.0/24', ['strongswan-6.1.0']],
];

for (const [at, [one, other, what, expected]] of table.entries()) {
  test(`two connections of a host, ${at}: ${what}`, () => {
    const views = [viewOf({ ...one, name: 'a' }, 'west'), viewOf({ ...other, name: 'b' }, 'west')];
    const start = `connections a and b want ${what} differently: `;
    const refused = daemons.filter((daemon) => limitIn(views, daemon)?.startsWith(start));
    assert.deepEqual(
      refused.map(({ id }) => id),
      expected,
    );
  });
}

test('the reason names the daemon and where it is written, and no key', () => {
  const views = [viewOf({ ...keyed('one'), name: 'a' }, 'west'), viewOf({ ...keyed('other'), name: 'b' }, 'west')];
  assert.equal(
    limitIn(views, findDaemon('openiked', '7.4')),
    'connections a and b want the private key differently: openiked 7.4: ' +
      'there is one private key for all policies (iked(8), /etc/iked/private/local.key)',
  );
});

test('a setting that two connections want alike is there once', () => {
  const { slice, version, stack } = findDaemon('strongswan', '6.1.0');
  const views = [viewOf({ ...assigning(), name: 'a' }, 'west'), viewOf({ ...assigning(), name: 'b' }, 'west')];
  const text = slice
    .render(views, version, stack)
    .map(({ content }) => content)
    .join('');
  assert.equal(text.match(/pools = pool-10-3-0-0-24\n/g)?.length, 2);
  assert.equal(text.match(/pool-10-3-0-0-24 \{/g)?.length, 1);
});
