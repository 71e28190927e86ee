/** Addresses by configuration payload, IKEv1, TCP, and policies that protect nothing, in the files of every daemon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, End } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { full, least } from '../connection/samples.ts';

const libreswan = findDaemon('libreswan', '5.2');
const strongswan = findDaemon('strongswan', '6.0.1');
const openiked = findDaemon('openiked', '7.4');

/** All files of a host's daemon in one text. */
function textOf(connection: Connection, { slice, version, stack } = libreswan, host = 'west'): string {
  return slice
    .render([viewOf(connection, host)], version, stack)
    .map(({ path, content }) => `# ${path}\n${content}`)
    .join('');
}

function linesWith(text: string, words: RegExp): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/ \\$/, '').trim())
    .filter((line) => words.test(line));
}

const assigns = { pools: ['10.3.0.0/24', '2001:db8:3::/112'], dns: ['10.2.0.53', '10.2.0.54'] };

function road(west: Partial<End> = {}, east: Partial<End> = {}, more: Partial<Connection> = {}): Connection {
  const [{ selectors: _, start: __, ...one }, other] = full.ends;
  return {
    ...full,
    ...more,
    ends: [
      { ...one, requests: ['ipv4', 'ipv6'], ...west },
      { ...other, assigns, ...east },
    ],
  };
}

test('libreswan requests and assigns addresses', () => {
  const words = /modecfg|addresspool|narrowing|leftsubnet/;
  assert.deepEqual(linesWith(textOf(road()), words), [
    'leftsubnet=0.0.0.0/0,::/0',
    'leftmodecfgclient=yes',
    'rightmodecfgserver=yes',
    'narrowing=yes',
  ]);
  assert.deepEqual(linesWith(textOf(road(), libreswan, 'east'), words), [
    'leftsubnet=192.0.2.0/24/udp',
    'rightmodecfgclient=yes',
    'leftmodecfgserver=yes',
    'rightaddresspool=10.3.0.1-10.3.0.254,2001:db8:3::/112',
    'modecfgdns="10.2.0.53,10.2.0.54"',
    'narrowing=yes',
  ]);
  assert.doesNotMatch(textOf(full), /modecfg|addresspool|narrowing/);
});

test('strongSwan requests and assigns addresses', () => {
  const words = /vips|pools|addrs = (?:10|2001)|dns|_ts|pool-/;
  assert.deepEqual(linesWith(textOf(road(), strongswan), words), [
    'vips = 0.0.0.0, ::',
    'remote_ts = 192.0.2.0/24[udp]',
  ]);
  assert.deepEqual(linesWith(textOf(road(), strongswan, 'east'), words), [
    'local_addrs = 10.0.0.9',
    'pools = pool-10-3-0-0-24, pool-2001-db8-3---112',
    'local_ts = 192.0.2.0/24[udp]',
    'pools {',
    'pool-10-3-0-0-24 {',
    'addrs = 10.3.0.0/24',
    'dns = 10.2.0.53, 10.2.0.54',
    'pool-2001-db8-3---112 {',
    'addrs = 2001:db8:3::/112',
  ]);
});

test('OpenIKED requests and assigns addresses', () => {
  const words = /^(from|request|iface|config)/;
  const one = road({ requests: ['ipv4'] });
  assert.deepEqual(linesWith(textOf(one, openiked), words), [
    'from dynamic to 192.0.2.0/24',
    'request address any',
    'iface iked0',
  ]);
  const made = (host: string) =>
    openiked.control.start([viewOf(one, host)]).filter((line) => line.includes('type dummy')).length;
  assert.deepEqual([made('west'), made('east')], [1, 0]);
  assert.deepEqual(linesWith(textOf(one, openiked, 'east'), words), [
    'from 192.0.2.0/24 to dynamic',
    'config address 10.3.0.0/24',
    'config address 2001:db8:3::/112',
    'config name-server 10.2.0.53',
    'config name-server 10.2.0.54',
  ]);
});

const { mobike: _, ...withoutMobike } = full;
const [west, east] = full.ends;

test('IKEv1 is asked for, by one of its exchanges', () => {
  const words = /ikev|keyexchange|aggressive|modecfgpull|version/;
  const main: Connection = { ...withoutMobike, ikev1: 'main' };
  const aggressive: Connection = { ...withoutMobike, ikev1: 'aggressive' };
  assert.deepEqual(linesWith(textOf(main), words), ['ikev1-policy=accept', 'keyexchange=ikev1']);
  assert.deepEqual(linesWith(textOf(aggressive), words), [
    'ikev1-policy=accept',
    'keyexchange=ikev1',
    'aggressive=yes',
  ]);
  assert.deepEqual(linesWith(textOf(main, findDaemon('libreswan', '4.10')), words), [
    'ikev1-policy=accept',
    'ikev2=no',
  ]);
  assert.deepEqual(linesWith(textOf(main, strongswan), words), ['version = 1', 'aggressive = no']);
  assert.deepEqual(linesWith(textOf(aggressive, strongswan), words), [
    'i_dont_care_about_security_and_use_aggressive_mode_psk = yes',
    'version = 1',
    'aggressive = yes',
  ]);
  const pulled = road({}, {}, { ...withoutMobike, mobike: false, ikev1: 'main' });
  assert.deepEqual(linesWith(textOf(pulled), /narrowing|pull/), ['modecfgpull=yes']);
});

test('a user authenticates by XAUTH', () => {
  const xauth = { user: 'wanda', password: 'sea breeze' };
  const connection: Connection = { ...withoutMobike, ikev1: 'main', ends: [{ ...west, xauth }, east] };
  assert.deepEqual(linesWith(textOf(connection), /xauth|username|XAUTH|passwd/), [
    'leftxauthclient=yes',
    'rightxauthserver=yes',
    'leftusername=wanda',
    '@wanda : XAUTH "sea breeze"',
  ]);
  assert.deepEqual(linesWith(textOf(connection, libreswan, 'east'), /xauth|username|XAUTH|wanda|passwd/), [
    'leftxauthserver=yes',
    'rightxauthclient=yes',
    'xauthby=file',
    '# /etc/ipsec.d/passwd.clear',
    'wanda sea breeze',
  ]);
  const hashes = (host: string) =>
    libreswan.control.start([viewOf(connection, host)]).filter((line) => line.includes('openssl passwd'));
  assert.deepEqual(hashes('west'), []);
  assert.equal(hashes('east').length, 1);
  const secret = ['xauth-net {', 'id = "wanda"'];
  assert.deepEqual(linesWith(textOf(connection, strongswan), /xauth|wanda/), [
    'local-xauth {',
    'auth = xauth',
    'xauth_id = "wanda"',
    ...secret,
  ]);
  assert.deepEqual(linesWith(textOf(connection, strongswan, 'east'), /xauth|wanda/), [
    'remote-xauth {',
    'auth = xauth',
    ...secret,
  ]);
});

test('libreswan listens for TCP where a connection wants it', () => {
  const lines = linesWith(textOf({ ...full, encapsulation: 'tcp' }), /tcp|encaps/);
  assert.deepEqual(lines, ['listen-tcp=yes', 'enable-tcp=yes', 'tcp-remoteport=4500']);
});

test('a Child SA may be left for later, or never', () => {
  const words = (childless: boolean) => linesWith(textOf({ ...full, childless }, strongswan), /childless/);
  assert.deepEqual([words(true), words(false)], [['childless = force'], ['childless = never']]);
  assert.deepEqual(linesWith(textOf(full, strongswan), /childless/), []);
});

test('libreswan 4.10 has protocol and port beside the network', () => {
  const words = /subnet|protoport/;
  const port = { network: '192.0.1.0/24', protocol: 17, port: 6081 };
  const own = { network: `${east.address}/32`, protocol: 17 };
  const connection: Connection = {
    ...full,
    ends: [
      { ...west, selectors: [port] },
      { ...east, selectors: [own] },
    ],
  };
  assert.deepEqual(linesWith(textOf(connection, findDaemon('libreswan', '4.10')), words), [
    'leftsubnet=192.0.1.0/24',
    'leftprotoport=udp/6081',
    'rightprotoport=udp',
  ]);
  assert.deepEqual(linesWith(textOf(connection), words), [
    'leftsubnet=192.0.1.0/24/udp/6081',
    `rightsubnet=${east.address}/32/udp`,
  ]);
});

test('a selector has a type of ICMP', () => {
  const solicitation = { network: '::/0', protocol: 58, icmpType: 135 };
  const connection: Connection = { ...full, ends: [{ ...west, selectors: [solicitation] }, east] };
  assert.deepEqual(linesWith(textOf(connection), /leftsubnet/), ['leftsubnet=::/0/ipv6-icmp/34560']);
  assert.deepEqual(linesWith(textOf(connection, strongswan), /local_ts/), ['local_ts = ::/0[ipv6-icmp/135]']);
});

const [one, other] = least.ends;
const holes: Connection = {
  ...least,
  ends: [
    {
      ...one,
      policies: [
        { name: 'open', action: 'bypass', local: '10.1.0.0/16', remote: '10.2.1.0/24' },
        {
          name: 'closed',
          action: 'discard',
          local: '10.1.0.0/16',
          remote: { network: '10.2.2.0/24', protocol: 6, port: 22 },
        },
      ],
    },
    { ...other, seenAs: 'any' },
  ],
};

test('policies that protect nothing are sections of their own', () => {
  const [, , open = '', closed = ''] = textOf(holes).split('\n\n');
  assert.equal(
    open,
    `conn open
\tleft=2001:db8::1
\tleftsubnet=10.1.0.0/16
\tright=%any
\trightsubnet=10.2.1.0/24
\ttype=passthrough
\tauthby=never
\tauto=ondemand`,
  );
  assert.match(closed, /^conn closed\n[^#]*rightsubnet=10\.2\.2\.0\/24\/tcp\/22\n\ttype=drop\n/);
  const loaded = libreswan.control.start([viewOf(holes, 'west')]).filter((line) => line.includes('--status'));
  assert.deepEqual(
    loaded.map((line) => /grep -q '"(\w+)"'/.exec(line)?.[1]),
    ['hosts', 'open', 'closed'],
  );
  const charon = textOf(holes, strongswan);
  assert.match(charon, /connections \{\n {4}hosts-policies \{\n {8}remote_addrs = 127\.0\.0\.1\n/);
  assert.deepEqual(linesWith(charon, /_ts|mode =|start_action|priority/), [
    'local_ts = 10.1.0.0/16',
    'remote_ts = 10.2.1.0/24',
    'mode = pass',
    'start_action = trap',
    'local_ts = 10.1.0.0/16',
    'remote_ts = 10.2.2.0/24[tcp/22]',
    'mode = drop',
    'start_action = trap',
    'priority = 1',
  ]);
  assert.doesNotMatch(textOf(holes, strongswan, 'east'), /policies|mode =/);
});
