/** What connections of one host contradict each other in, whatever daemon it has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eapMschapv2, psk } from '../../../src/connection/authentication.ts';
import type { Connection, End } from '../../../src/connection/connection.ts';
import { contradictionIn } from '../../../src/connection/together.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { password, withEnds } from './samples.ts';

const ppk = (id: string, secret: string) => ({ ppk: { id, secret: secret.repeat(32) } });
const open = { name: 'open', action: 'bypass', local: '10.1.0.0/16', remote: '10.2.0.0/16' } as const;

/** The host west assigns addresses of a pool. */
function assigning(pool: string): Connection {
  return withEnds({ assigns: { pools: [pool] } }, { requests: [pool.includes(':') ? 'ipv6' : 'ipv4'] });
}

function user(name: string, secret: string): Connection {
  const [one, other] = password.ends;
  return { ...password, ends: [{ ...one, authentication: eapMschapv2(name, secret) }, other] };
}

/** The host west is the one that asks a server about its peer. */
function asked({ ends: [road, gate], ...more }: Connection): Connection {
  const radius = { server: '10.9.0.1', secret: 'x' };
  return {
    ...more,
    ends: [
      { ...road, host: 'east' },
      { ...gate, host: 'west', radius },
    ],
  };
}

function secret(text: string, west: Partial<End> = {}): Connection {
  return withEnds({ authentication: psk(text), ...west }, { authentication: psk(text) });
}

const six = { kind: 'vti', id: 5 } as const;
const overFour = { address: '192.0.2.1', interface: six };

/** Connections that are called a and b, and what is wrong with having both. */
const table: readonly (readonly [what: string, Connection, Connection, message: string | undefined])[] = [
  ['one secret', secret('x'), secret('x'), undefined],
  ['two secrets', secret('x'), secret('y'), '2001:db8::1 and 2001:db8::2 have two secrets'],
  ['secrets of two identities', secret('x'), secret('y', { identity: 'west.test' }), undefined],
  ['one password', user('wanda', 'x'), user('wanda', 'x'), undefined],
  ['two passwords', user('wanda', 'x'), user('wanda', 'y'), 'the user wanda has two passwords'],
  ['passwords of two users', user('wanda', 'x'), user('wilma', 'y'), undefined],
  [
    'a password for EAP and one for XAUTH',
    user('wanda', 'x'),
    withEnds({ xauth: { user: 'wanda', password: 'y' } }, {}, { ikev1: 'main' }),
    'the user wanda has two passwords',
  ],
  ['passwords that a server knows', asked(user('wanda', 'x')), asked(user('wanda', 'y')), undefined],
  ['postquantum keys', withEnds({}, {}, ppk('a', 'x')), withEnds({}, {}, ppk('b', 'y')), undefined],
  [
    'one postquantum key with two secrets',
    withEnds({}, {}, ppk('a', 'x')),
    withEnds({}, {}, ppk('a', 'y')),
    'the postquantum preshared key a has two secrets',
  ],
  ['one pool', assigning('10.3.0.0/24'), assigning('10.3.0.0/24'), undefined],
  ['one pool in two spellings', assigning('2001:db8:3::/112'), assigning('2001:DB8:3:0::/112'), undefined],
  ['two pools', assigning('10.3.0.0/25'), assigning('10.3.0.128/25'), undefined],
  ['pools of two families', assigning('10.3.0.0/25'), assigning('::/25'), undefined],
  [
    'a part of a pool',
    assigning('10.3.0.0/24'),
    assigning('10.3.0.128/25'),
    'the pools 10.3.0.0/24 and 10.3.0.128/25 overlap; only equal ones are shared',
  ],
  [
    'what a pool is a part of',
    assigning('10.3.0.128/25'),
    assigning('10.3.0.0/24'),
    'the pools 10.3.0.128/25 and 10.3.0.0/24 overlap; only equal ones are shared',
  ],
  ['one VTI', withEnds({ interface: six }), withEnds({ interface: six }), undefined],
  ['two VTIs', withEnds({ interface: six }), withEnds({ interface: { ...six, id: 6 } }), undefined],
  [
    'one VTI for two families',
    withEnds({ interface: six }),
    withEnds(overFour, { address: '192.0.2.2' }),
    'VTI 5 is for ends of one address family',
  ],
  [
    'one XFRM interface for two families',
    withEnds({ interface: { ...six, kind: 'xfrm' } }),
    withEnds({ ...overFour, interface: { ...six, kind: 'xfrm' } }, { address: '192.0.2.2' }),
    undefined,
  ],
  [
    'one name for two policies',
    withEnds({ policies: [open] }),
    withEnds({ policies: [open] }),
    'the name open is there twice among connections, Child SAs and policies of this host',
  ],
  ['a policy of the other host', withEnds({ policies: [open] }), withEnds({}, { policies: [open] }), undefined],
  [
    'a Child SA with the name of a connection',
    withEnds({}, {}, { furtherChildren: [{ name: 'b', selectors: { west: ['::/0'], east: ['::/0'] } }] }),
    withEnds({}),
    'the name b is there twice among connections, Child SAs and policies of this host',
  ],
];

for (const [what, one, other, message] of table) {
  test(`together: ${what}`, () => {
    const views = [viewOf({ ...one, name: 'a' }, 'west'), viewOf({ ...other, name: 'b' }, 'west')];
    assert.equal(contradictionIn(views), message && `connections a and b: ${message}`);
  });
}

test('one connection does not contradict itself', () => {
  for (const [, one, other] of table)
    for (const each of [one, other]) assert.equal(contradictionIn([viewOf(each, 'west')]), undefined);
});

test('of three connections the two are named that do not go together', () => {
  const views = [secret('x', { identity: 'other.test' }), secret('x'), secret('y')].map((one, at) =>
    viewOf({ ...one, name: `c${at}` }, 'west'),
  );
  assert.match(contradictionIn(views) ?? '', /^connections c1 and c2: /);
});
