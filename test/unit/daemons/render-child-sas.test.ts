/** What Child SAs have beside algorithms and lifetimes, in the files of every daemon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { childViews, viewOf } from '../../../src/connection/view.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { credential, full, least } from '../connection/samples.ts';

const libreswan = findDaemon('libreswan', '5.2');
const strongswan = findDaemon('strongswan', '6.1.0');
const openiked = findDaemon('openiked', '7.4');

/** Files of the first end's host. */
function filesOf(connection: Connection, { slice, version, stack } = libreswan): Record<string, string> {
  const files = slice.render([viewOf(connection, 'west')], version, stack);
  return Object.fromEntries(files.map(({ path, mode, content }) => [`${path} ${mode.toString(8)}`, content]));
}

/** Lines of a file that match. */
function linesWith(text: string | undefined, words: RegExp): string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => words.test(line));
}

const volumes: Connection = { ...least, child: { lifetimeBytes: 100_000, lifetimePackets: 50, ipcomp: true } };

test('limits of octets and packets, and IPComp', () => {
  assert.deepEqual(linesWith(filesOf(volumes)['/etc/ipsec.conf 644'], /max|compress/), [
    'ipsec-max-bytes=100000',
    'ipsec-max-packets=50',
    'compress=yes',
  ]);
  const charon = (connection: Connection) =>
    linesWith(filesOf(connection, strongswan)['/etc/swanctl/swanctl.conf 600'], /_bytes|_packets|ipcomp/);
  const lives = ['life_bytes = 100000', 'life_packets = 50', 'ipcomp = yes'];
  const [bytes = '', packets = '', ipcomp = ''] = lives;
  assert.deepEqual(charon(volumes), ['rekey_bytes = 90000', bytes, 'rekey_packets = 45', packets, ipcomp]);
  const never = ['rekey_bytes = 0', bytes, 'rekey_packets = 0', packets, ipcomp];
  assert.deepEqual(charon({ ...volumes, rekey: false }), never);
  const drawn = charon({ ...volumes, rekey: { margin: 9 } }).filter((line) => line.startsWith('rand'));
  assert.deepEqual(drawn, ['rand_bytes = 0', 'rand_packets = 0']);
  const iked = (child: Connection['child']) =>
    linesWith(filesOf({ ...least, ...(child && { child }) }, openiked)['/etc/iked.conf 600'], /lifetime|ikev2/);
  assert.deepEqual(iked({ lifetimeBytes: 7, ipcomp: true }), [
    'ikev2 "hosts" active ipcomp tunnel esp \\',
    'lifetime 10800 bytes 7 \\',
  ]);
  assert.deepEqual(iked({ lifetime: 60, lifetimeBytes: 7 })[1], 'lifetime 60 bytes 7 \\');
});

/** The first end's packets find their SAs by an interface. */
function routed(kind: 'xfrm' | 'vti'): Connection {
  const [west, east] = full.ends;
  return { ...full, ends: [{ ...west, interface: { kind, id: 5 } }, east] };
}

test('an interface is a number for the daemon, and lines that make it for those that do not', () => {
  const conf = (kind: 'xfrm' | 'vti') => linesWith(filesOf(routed(kind))['/etc/ipsec.conf 644'], /interface|mark=|vti/);
  assert.deepEqual(conf('xfrm'), ['ipsec-interface=5']);
  assert.deepEqual(conf('vti'), ['mark=5/0xffffffff', 'vti-interface=vti5', 'vti-routing=yes']);
  const charon = (kind: 'xfrm' | 'vti') => {
    const files = filesOf(routed(kind), strongswan);
    return linesWith(Object.values(files).join(''), /if_id|mark_|install_routes|forecast/);
  };
  assert.deepEqual(charon('xfrm'), ['if_id_in = 5', 'if_id_out = 5']);
  assert.deepEqual(charon('vti'), ['install_routes = no', 'forecast {', 'mark_in = 5', 'mark_out = 5']);
  const lines = (kind: 'xfrm' | 'vti') =>
    strongswan.control.start([viewOf(routed(kind), 'west')]).filter((line) => /^test -e|^ip |^sysctl/.test(line));
  const routes = (name: string) => [`ip link set ${name} up`, `ip route replace 192.0.2.0/24 dev ${name}`];
  assert.deepEqual(lines('xfrm'), [
    'test -e /sys/class/net/ipsec5 || ip link add ipsec5 type xfrm if_id 5',
    ...routes('ipsec5'),
  ]);
  assert.deepEqual(lines('vti'), [
    'test -e /sys/class/net/vti5 || ip link add vti5 type vti local 192.1.2.45 remote 192.1.2.23 key 5',
    'sysctl -qw net.ipv4.conf.vti5.disable_policy=1',
    ...routes('vti5'),
  ]);
  assert.deepEqual(
    strongswan.control.start([viewOf(routed('xfrm'), 'east')]),
    strongswan.control.start([viewOf(full, 'east')]),
    'the other end is not concerned',
  );
});

test('no route to a network in which the peer lies leads into the tunnel', () => {
  const [west, east] = full.ends;
  const all: Connection = {
    ...full,
    ends: [
      { ...west, interface: { kind: 'xfrm', id: 1 } },
      { ...east, selectors: ['0.0.0.0/0', '10.9.0.0/16'] },
    ],
  };
  const lines = strongswan.control.start([viewOf(all, 'west'), viewOf(all, 'west')]);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('ip ')),
    ['ip link set ipsec1 up', 'ip route replace 10.9.0.0/16 dev ipsec1'],
  );
});

test('connections share an interface; a VTI between several addresses names none', () => {
  const [west, east] = full.ends;
  const peer = (kind: 'xfrm' | 'vti', address: string, seenAs: string, network: string) =>
    viewOf(
      {
        ...full,
        ends: [
          { ...west, address, interface: { kind, id: 5 } },
          { ...east, seenAs, selectors: [network] },
        ],
      },
      'west',
    );
  const lines = (...views: Parameters<typeof strongswan.control.start>[0]) =>
    strongswan.control.start(views).filter((line) => line.includes('ip link add') || line.startsWith('ip route'));
  const routes = (name: string) => [
    `ip route replace 10.1.0.0/16 dev ${name}`,
    `ip route replace 10.2.0.0/16 dev ${name}`,
  ];
  const add = (type: string) => `test -e /sys/class/net/vti5 || ip link add vti5 type vti ${type}key 5`;
  const one = peer('vti', '192.0.2.1', '192.0.2.7', '10.1.0.0/16');
  assert.deepEqual(lines(one, peer('vti', '192.0.2.1', '192.0.2.8', '10.2.0.0/16')), [
    add('local 192.0.2.1 '),
    ...routes('vti5'),
  ]);
  assert.deepEqual(lines(one, peer('vti', '192.0.2.2', '192.0.2.7', '10.2.0.0/16')), [
    add('remote 192.0.2.7 '),
    ...routes('vti5'),
  ]);
  assert.deepEqual(lines(one, peer('vti', '192.0.2.1', 'any', '10.2.0.0/16'))[0], add('local 192.0.2.1 '));
  assert.deepEqual(
    lines(peer('xfrm', '192.0.2.1', '192.0.2.7', '10.1.0.0/16'), peer('xfrm', '192.0.2.1', '192.0.2.8', '10.2.0.0/16')),
    ['test -e /sys/class/net/ipsec5 || ip link add ipsec5 type xfrm if_id 5', ...routes('ipsec5')],
  );
});

const twice: Connection = {
  ...full,
  furtherChildren: [
    { name: 'second', lifetime: 600, selectors: { west: ['10.1.0.0/16'], east: ['10.2.0.0/16', '10.3.0.0/16'] } },
  ],
};

test('a further Child SA has its own name, selectors and settings, and the rest of its connection', () => {
  const [, first = '', second = ''] = (filesOf(twice)['/etc/ipsec.conf 644'] ?? '').split('\n\n');
  assert.equal(
    second.trim(),
    first
      .replace('conn net', 'conn second')
      .replace(/leftsubnet=.*/, 'leftsubnet=10.1.0.0/16')
      .replace(/rightsubnet=.*/, 'rightsubnet=10.2.0.0/16,10.3.0.0/16')
      .replace('salifetime=1200s', 'salifetime=600s'),
  );
  assert.equal(filesOf(twice)['/etc/ipsec.secrets 600'], filesOf(full)['/etc/ipsec.secrets 600']);
  const lines = linesWith(
    filesOf(twice, strongswan)['/etc/swanctl/swanctl.conf 600'],
    /^(net|second|.*_ts|life_time)\b/,
  );
  assert.deepEqual(lines, [
    'net {',
    'net {',
    'local_ts = 192.0.1.0/24, 192.0.11.0/24[udp/53]',
    'remote_ts = 192.0.2.0/24[udp]',
    'life_time = 1200s',
    'second {',
    'local_ts = 10.1.0.0/16',
    'remote_ts = 10.2.0.0/16, 10.3.0.0/16',
    'life_time = 600s',
  ]);
  const [view, child] = childViews(viewOf(twice, 'west'));
  assert.equal(strongswan.control.terminate('net', view), 'swanctl --terminate --ike net');
  assert.equal(strongswan.control.terminate('second', child), 'swanctl --terminate --child second');
  assert.equal(strongswan.control.initiate('second', child), 'swanctl --initiate --child second');
  assert.equal(libreswan.control.terminate('net', view), 'ipsec down second; ipsec down net');
  assert.equal(libreswan.control.terminate('second', child), 'ipsec down second');
  assert.equal(libreswan.control.terminate('other', undefined), 'ipsec down other');
  assert.equal(
    findDaemon('libreswan', '4.10').control.terminate('net', view),
    'ipsec auto --down second; ipsec auto --down net',
  );
  const loaded = libreswan.control.start([viewOf(twice, 'west')]).filter((line) => line.includes('--status'));
  assert.equal(loaded.length, 2, 'the start waits for both');
});

test('a further Child SA uses the certificate of its connection', () => {
  const [, east] = full.ends;
  const own = certificate(credential('west'));
  const connection: Connection = {
    ...twice,
    ends: [
      { ...twice.ends[0], authentication: own },
      { ...east, authentication: certificate(credential('east')) },
    ],
  };
  const lines = linesWith(filesOf(connection)['/etc/ipsec.conf 644'], /leftcert/);
  assert.deepEqual(lines, ['leftcert=net', 'leftcert=net']);
});

test('a postquantum preshared key is asked for, or may be missing', () => {
  const secret = 'thirty-two characters of a secret';
  const connection = (required?: boolean): Connection => ({
    ...full,
    ppk: { id: 'ppk-1', secret, ...(required !== undefined && { required }) },
  });
  const words = (one: Connection) => linesWith(filesOf(one)['/etc/ipsec.conf 644'], /^ppk/);
  assert.deepEqual(words(connection()), ['ppk=insist']);
  assert.deepEqual(words(connection(false)), ['ppk=yes']);
  assert.equal(
    filesOf(connection())['/etc/ipsec.secrets 600'],
    `@west.test admin@east.test : PSK "a shared secret"\n@west.test admin@east.test : PPKS "ppk-1" "${secret}"\n`,
  );
  const charon = (one: Connection) => linesWith(filesOf(one, strongswan)['/etc/swanctl/swanctl.conf 600'], /ppk/);
  assert.deepEqual(charon(connection()), ['ppk_id = "ppk-1"', 'ppk_required = yes', 'ppk-net {', 'id = "ppk-1"']);
  assert.equal(charon(connection(false))[1], 'ppk_required = no');
});
