import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { limitsOf } from '../../../src/daemons/limits.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import type { Stack } from '../../../src/model/stacks.ts';
import { least } from '../connection/samples.ts';

test('a daemon over its usual stack is the one that has no other name; another stack is in its id, with its image', () => {
  assert.equal(findDaemon('strongswan', '6.1.0', 'xfrm'), findDaemon('strongswan', '6.1.0'));
  const { id, image, stack, refusal } = findDaemon('strongswan', '6.1.0', 'libipsec');
  assert.deepEqual(
    [id, image, stack, refusal],
    ['strongswan-6.1.0-libipsec', 'debian-sid-strongswan', 'libipsec', undefined],
  );
  assert.equal(findDaemon('strongswan', '6.1.0', 'pfkey').image, 'debian-trixie-strongswan-built');
  assert.equal(findDaemon('openiked', '7.4').stack, 'pfkey');
});

const refusals: readonly (readonly [string, string, Stack, RegExp])[] = [
  ['libreswan', '5.2', 'pfkey', /USE_PFKEYV2 does not link on Linux, and where it is made to link no packet passes/],
  ['libreswan', '5.2', 'libipsec', /^libreswan cannot use libipsec; it has xfrm$/],
  ['strongswan', '6.0.1', 'pfkey', /^only 6\.1\.0 is built with pfkey$/],
  ['openiked', '7.4', 'xfrm', /PF_KEY alone/],
  ['vpnc', '0.5.3.20241220', 'xfrm', /encrypts and decrypts by itself/],
  ['strongswan', '6.0.1', 'tunip', /^strongswan cannot use tunip; it has xfrm, libipsec$/],
];
for (const [name, version, stack, reason] of refusals) {
  test(`${name} ${version} says why it cannot be had over ${stack}`, () => {
    assert.match(findDaemon(name, version, stack).refusal ?? '', reason);
  });
}

const wanted: Readonly<Record<string, Partial<Connection>>> = {
  'transport mode': { mode: 'transport' },
  'AEAD and ESN': { child: { proposals: [{ encryption: ['aes-256-gcm'], esn: 'yes' }] } },
  'ESN or none': {
    child: { proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'], esn: 'either' }] },
  },
  'HMAC-SHA2-256': { child: { proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha2-256-128'] }] } },
  IPComp: { child: { ipcomp: true } },
  'a limit of octets': { child: { lifetimeBytes: 1000 } },
  'a limit of packets': { child: { lifetimePackets: 1000 } },
  'a replay window of 32': { child: { replayWindow: 32 } },
  'a replay window of 64': { child: { replayWindow: 64 } },
};

/** Ids of limits over libipsec and over PF_KEY. */
const limited: Readonly<Record<string, readonly [string[], string[]]>> = {
  'transport mode': [['libipsec-mode'], []],
  'AEAD and ESN': [['libipsec-esn'], ['pfkey-aead-esp', 'pfkey-esn']],
  'ESN or none': [['libipsec-esn'], ['pfkey-esn']],
  'HMAC-SHA2-256': [[], ['pfkey-sha2-256-esp']],
  IPComp: [['libipsec-ipcomp'], []],
  'a limit of octets': [['libipsec-lifetime-volume'], []],
  'a limit of packets': [['libipsec-lifetime-volume'], []],
  'a replay window of 32': [['libipsec-replay-window'], []],
  'a replay window of 64': [['libipsec-replay-window'], ['pfkey-replay-window']],
};

const idsOf = (connection: Connection, stack: Stack, version = '6.1.0') =>
  limitsOf(viewOf(connection, 'west'), findDaemon('strongswan', version, stack)).map(({ id }) => id);

for (const [what, connection] of Object.entries(wanted)) {
  test(`limits of stacks: ${what}`, () => {
    const whole = { ...least, ...connection };
    const [libipsec, pfkey] = limited[what] ?? [];
    assert.deepEqual([idsOf(whole, 'xfrm'), idsOf(whole, 'libipsec'), idsOf(whole, 'pfkey')], [[], libipsec, pfkey]);
  });
}

test('limits of stacks: interfaces, traps, and a tunnel of another family than its ends', () => {
  const [west, east] = least.ends;
  const withEnd = (end: Partial<typeof west>): Connection => ({ ...least, ends: [{ ...west, ...end }, east] });
  const own = withEnd({ interface: { kind: 'xfrm', id: 5 } });
  assert.deepEqual([idsOf(own, 'libipsec'), idsOf(own, 'pfkey')], [['libipsec-interface'], ['pfkey-interface']]);
  const trap = withEnd({ start: 'trap' });
  assert.deepEqual([idsOf(trap, 'libipsec', '5.9.8'), idsOf(trap, 'libipsec')], [['libipsec-trap'], []]);
  const crossing = withEnd({ selectors: [west.address.includes(':') ? '10.1.0.0/24' : '2001:db8:1::/64'] });
  assert.deepEqual([idsOf(crossing, 'libipsec'), idsOf(crossing, 'pfkey')], [[], ['pfkey-families']]);
});

test('files and lines by stack', () => {
  const view = viewOf(least, 'west');
  const conf = (stack: Stack) => {
    const { slice, version } = findDaemon('strongswan', '6.1.0', stack);
    return slice.render([view], version, stack).find(({ path }) => path.startsWith('/etc/strongswan.conf'));
  };
  assert.equal(conf('xfrm')?.path, '/etc/strongswan.conf');
  assert.doesNotMatch(conf('xfrm')?.content ?? '', /libipsec|fwmark/);
  const userspace = conf('libipsec')?.content ?? '';
  for (const setting of ['kernel-libipsec {', 'allow_peer_ts = yes', 'fwmark = !0x42', 'chd = 4', 'time_format = %s'])
    assert.ok(userspace.includes(setting), setting);
  assert.equal(conf('pfkey')?.path, '/etc/strongswan.conf.testing');
  assert.match(conf('pfkey')?.content ?? '', /load = .* kernel-pfkey kernel-netlink /);
  const { control, slice } = findDaemon('strongswan', '6.1.0', 'libipsec');
  const told = slice.userspace?.libipsec;
  assert.deepEqual(told, { log: '/var/log/libipsec.log', process: 'charon' });
  assert.ok(control.collect.includes('/var/log/libipsec.log'));
  assert.ok(control.helpers.some(({ path, content }) => path === told?.log && content === ''));
  const built = findDaemon('strongswan', '6.1.0', 'pfkey').control;
  assert.ok(built.start([view]).some((line) => line.includes('/usr/local/libexec/ipsec/charon')));
});
