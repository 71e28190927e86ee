/** Link-local ends: what they need, and how daemons write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, End } from '../../../src/connection/connection.ts';
import { problemsOf } from '../../../src/connection/validate.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { isLinkLocal } from '../../../src/connection/zone.ts';
import { limitsOf } from '../../../src/daemons/limits.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { withEnds } from './samples.ts';

const west = { address: 'fe80::1', zone: 'eth0' };
const east = { address: 'fe80::2', zone: 'eth1' };
const near = withEnds(west, east);

test('link-local addresses are those of fe80::/10', () => {
  const yes = ['fe80::1', 'FE80:0::1', 'febf:ffff::1'];
  for (const address of yes) assert.ok(isLinkLocal(address), address);
  for (const address of ['fec0::1', 'fe7f::1', 'ff80::1', '2001:db8::1', '192.0.2.1', '254.128.0.1', 'any', ''])
    assert.ok(!isLinkLocal(address), address);
});

test('two ends with interfaces have no mistake, and one may not know the other', () => {
  assert.deepEqual(problemsOf(near), []);
  assert.deepEqual(problemsOf(withEnds({ ...west, seenAs: 'any' }, east)), []);
});

const mistakes: readonly (readonly [Partial<End>, Partial<End>, string, RegExp])[] = [
  [{ address: 'fe80::1' }, east, 'ends[0].zone', /must be there/],
  [west, { address: 'fe80::2' }, 'ends[1].zone', /must be there/],
  [{ ...west, zone: 'eth 0' }, east, 'ends[0].zone', /"eth 0"/],
  [{ zone: 'eth0' }, {}, 'ends[0].zone', /fe80::\/10/],
  [west, {}, 'ends[0].address', /the other end's is not/],
  [{}, east, 'ends[1].address', /the other end's is not/],
  [west, { ...east, seenAs: 'fe80::9' }, 'ends[1].seenAs', /NAT/],
  [west, { ...east, dnsName: 'gate.test' }, 'ends[1].dnsName', /without an interface/],
];

for (const [one, other, field, message] of mistakes) {
  test(`a link-local end: ${field} ${message}`, () => {
    const [found, ...more] = problemsOf(withEnds(one, other));
    assert.deepEqual([found?.field, more], [field, []]);
    assert.match(found?.message ?? '', message);
  });
}

/** Lines of an end's files that hold a link-local address. */
function linesOf(name: string, release: string, host: 'west' | 'east', connection: Connection = near): string[] {
  const { slice, version, stack } = findDaemon(name, release);
  const text = slice.render([viewOf(connection, host)], version, stack).map(({ content }) => content);
  const lines = text.join('').split('\n');
  return lines.filter((line) => line.includes('fe80')).map((line) => line.replace(/ \\$/, '').trim());
}

test('both addresses stand with the interface of the host that writes them; selectors and identities do not', () => {
  const withSelectors = withEnds({ ...west, selectors: ['fe80::1/128'] }, { ...east, selectors: ['fe80::2/128'] });
  assert.deepEqual(linesOf('strongswan', '6.1.0', 'west', withSelectors).slice(0, 4), [
    'local_addrs = fe80::1%eth0',
    'remote_addrs = fe80::2%eth0',
    'local_ts = fe80::1/128',
    'remote_ts = fe80::2/128',
  ]);
  assert.deepEqual(linesOf('strongswan', '6.1.0', 'east').slice(0, 2), [
    'local_addrs = fe80::2%eth1',
    'remote_addrs = fe80::1%eth1',
  ]);
  assert.deepEqual(linesOf('openiked', '7.4', 'west'), [
    'from fe80::1/128 to fe80::2/128',
    'local fe80::1%eth0 peer fe80::2%eth0',
    'srcid fe80::1',
    'dstid fe80::2',
  ]);
  const [, peer] = linesOf('strongswan', '6.1.0', 'east', withEnds({ ...west, seenAs: 'any' }, east));
  assert.doesNotMatch(peer ?? '', /remote_addrs/);
});

test('pluto has no sockets there', () => {
  for (const version of ['4.10', '5.2']) {
    const ids = limitsOf(viewOf(near, 'west'), findDaemon('libreswan', version)).map(({ id }) => id);
    assert.deepEqual(ids, ['link-local']);
  }
});
