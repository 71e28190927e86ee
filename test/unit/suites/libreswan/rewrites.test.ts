import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import {
  receivedTexts,
  rewritesFor,
  rewritesNamed,
  rewritten,
  versionOf,
} from '../../../../src/suites/libreswan/received-text.ts';

interface Pair {
  /** Received text, and the same as the references have it. */
  readonly changes: readonly (readonly [from: string, to: string])[];
  /** Received text that says something else, and stays. */
  readonly stays: readonly string[];
}

const socket4 = 'src 0.0.0.0/0 dst 0.0.0.0/0 \n\tsocket in priority 0 ptype main\n';
const socket6 = 'src ::/0 dst ::/0 \n\tsocket in priority 0 ptype main\n';
const policy4 = 'src 0.0.0.0/0 dst 0.0.0.0/0 \n\tdir in priority 0\n';

/** Every rewrite: it touches what its reason says, and only that, since whatever it takes away no verdict sees. */
const pairs: Readonly<Record<string, Pair>> = {
  'xfrm-state-direction': {
    changes: [
      ['\treplay-window 0 flag esn\n\tdir in\n\tanti-replay\n', '\treplay-window 0 flag esn\n\tanti-replay\n'],
      ['\tdir out \n\tdir in \n', ''],
    ],
    stays: [
      'src 10.1.0.0/16 dst 10.2.0.0/16 \n\tdir in priority 1 ptype main\n',
      '\t\tdir in\n',
      'x\tdir in\n',
      '\tdir fwd\n',
      '\tdir \n',
      '\tdir in  \n',
      '\tdir in',
    ],
  },
  'xfrm-state-lastused': {
    changes: [
      [
        '\tenc cbc(aes) 0xENCKEY\n\tlastused 2025-06-15 12:01:03\n\tanti-replay\n',
        '\tenc cbc(aes) 0xENCKEY\n\tanti-replay\n',
      ],
    ],
    stays: [
      '\tlastused YYYY-MM-DD HH:MM:SS\n',
      '\tlastused -\n',
      '\tlastused 2025-06-15 12:01:03',
      ' lastused 2025-06-15 12:01:03\n',
      '\tlastused 2025-06-15 12:01:03 x\n',
    ],
  },
  'strongswan-version': {
    changes: [
      [
        '/testing/guestbin/swan-prep --userland strongswan\nstrongswan U5.9.5 must be installed\n\nLinux strongSwan U6.0.1/K7.2.13\nSee copyright\neast #\n strongswan start\n',
        '/testing/guestbin/swan-prep --userland strongswan\neast #\n strongswan start\n',
      ],
    ],
    stays: [
      'strongswan U5.9.5 must be installed\n\nLinux strongSwan U6.0.1/K7.2.13\neast #\n',
      'east #\n strongswan version\nstrongswan U5.9.5 must be installed\nx\neast #\n',
      'swan-prep --userland strongswan\nERROR: no file\nstrongswan U5.9.5 must be installed\nx\n',
      '/testing/guestbin/swan-prep --userland strongswan\nstrongswan must be installed\n',
    ],
  },
  'strongswan-key-exchange-method': {
    changes: [
      [
        "peer didn't accept key exchange method ECP_256, it requested MODP_2048\npeer didn't accept key exchange method CURVE_25519, it requested ECP_256\n",
        "peer didn't accept DH group ECP_256, it requested MODP_2048\npeer didn't accept DH group CURVE_25519, it requested ECP_256\n",
      ],
    ],
    stays: [
      "13[IKE] peer didn't accept key exchange method ECP_256, it requested MODP_2048\n",
      "peer didn't accept key exchange method , it requested MODP_2048\n",
      "peer didn't accept key exchange method ECP 256, it requested MODP_2048\n",
      'key exchange method ECP_256, it requested MODP_2048\n',
    ],
  },
  'strongswan-default-identity': {
    changes: [
      [
        "x\nno IDi configured, default to IP address 192.0.2.1\nauthentication of '192.0.2.1' (myself)\nno IDi configured, default to IP address 192.0.2.2\nauthentication of '192.0.2.2' (myself)\n",
        "x\nno IDi configured, fall back on IP address\nauthentication of '192.0.2.1' (myself)\nno IDi configured, fall back on IP address\nauthentication of '192.0.2.2' (myself)\n",
      ],
    ],
    stays: [
      "no IDi configured, default to IP address 192.0.2.1\nauthentication of '192.0.2.9' (myself)\n",
      "no IDi configured, default to IP address \nauthentication of '' (myself)\n",
      "13[IKE] no IDi configured, default to IP address 192.0.2.1\nauthentication of '192.0.2.1' (myself)\n",
      'no IDi configured, default to IP address 192.0.2.1\n',
    ],
  },
  'strongswan-child-closed': {
    changes: [
      [
        'x\nCHILD_SA a-b{2} closed\nCHILD_SA {2} closed successfully\nCHILD_SA c{13} closed\nCHILD_SA {13} closed successfully',
        'x\nCHILD_SA closed\nCHILD_SA {2} closed successfully\nCHILD_SA closed\nCHILD_SA {13} closed successfully',
      ],
      [
        'CHILD_SA {2} closed\nCHILD_SA {2} closed successfully\n',
        'CHILD_SA closed\nCHILD_SA {2} closed successfully\n',
      ],
    ],
    stays: [
      'CHILD_SA a-b{2} closed\nCHILD_SA {3} closed successfully\n',
      'CHILD_SA a b{2} closed\nCHILD_SA {2} closed successfully\n',
      'CHILD_SA a-b{} closed\nCHILD_SA {} closed successfully\n',
      'CHILD_SA a-b{x} closed\nCHILD_SA {x} closed successfully\n',
      '13[IKE] CHILD_SA a-b{2} closed\nCHILD_SA {2} closed successfully\n',
      'CHILD_SA a-b{2} closed\nCHILD_SA {2} closed successfully, not quite\n',
      'CHILD_SA a-b{2} closed\n',
    ],
  },
  'strongswan-socket-order': {
    changes: [
      [`${policy4}${socket6}${socket6}${socket4}${socket4}`, `${policy4}${socket4}${socket4}${socket6}${socket6}`],
      [
        `${socket6}${socket4}${policy4}${socket6}${socket4}`.replaceAll('/0 \n', '/0\n'),
        `${socket4}${socket6}${policy4}${socket4}${socket6}`.replaceAll('/0 \n', '/0\n'),
      ],
    ],
    stays: [
      `${socket4}${socket6}`,
      `${socket6}${policy4}${socket4}`,
      `${socket6}${policy4}`,
      `${socket6.replace('socket', 'dir')}${socket4}`,
      `${socket6.replace('::/0', '2001:db8::/32')}${socket4}`,
      `${socket6}${socket4.replace('0.0.0.0/0', '10.0.0.0/8')}`,
      `x${socket6}${socket4}`,
      `${socket6.replace(' \n', '  \n')}${socket4}`,
      `${socket6}${socket4.replace(' \n', '  \n')}`,
    ],
  },
  'interface-queue': {
    changes: [
      [
        '3: eth0: <BROADCAST,UP> mtu 1500 state UP\n14: eth1: <BROADCAST> mtu 9000 state UP\n',
        '3: eth0: <BROADCAST,UP> mtu 1500 state UP qlen 1000\n14: eth1: <BROADCAST> mtu 9000 state UP qlen 1000\n',
      ],
    ],
    stays: [
      '3: eth0: <BROADCAST,UP> mtu 1500 state UP qlen 1000\n',
      '3: eth0: <BROADCAST> mtu 1500 state DOWN\n',
      '3: eth10: <BROADCAST,UP> mtu 1500 state UP\n',
      '3: ethx: <BROADCAST,UP> mtu 1500 state UP\n',
      '3: ipsec1: <BROADCAST,UP> mtu 1500 state UP\n',
      'x3: eth0: <BROADCAST,UP> mtu 1500 state UP\n',
      'x: eth0: <BROADCAST,UP> mtu 1500 state UP\n',
      ': eth0: <BROADCAST,UP> mtu 1500 state UP\n',
      '3: eth0: <BROADCAST,UP> mtu x state UP\n',
      '3: eth0: <BROADCAST,UP> mtu  state UP\n',
    ],
  },
  'ip-link-statistics': {
    changes: [
      [
        '    RX:  bytes packets errors dropped  missed   mcast           \n           168       2      0       0       0       0 \n',
        '    RX: bytes  packets  errors  dropped missed  mcast   \n    168        2        0       0       0       0       \n',
      ],
      [
        '    TX:    bytes packets errors dropped carrier collsns           \n      1234567890   12345      1       2       3       4 \nx\n',
        '    TX: bytes  packets  errors  dropped carrier collsns \n    1234567890 12345    1       2       3       4       \nx\n',
      ],
    ],
    stays: [
      '    RX:  bytes packets errors dropped  missed   mcast           \n',
      '           168       2      0       0       0       0 \n',
      '    RX:  bytes packets errors dropped  missed   mcast           \n           168       2      0       0       0 \n',
      '    TX:  bytes packets errors dropped  missed   mcast           \n           168       2      0       0       0       0 \n',
    ],
  },
  'ping-header': {
    changes: [
      [
        'PING 2001:db8::254 (2001:db8::254) from ::1 : 56 data bytes\n',
        'PING 2001:db8::254(2001:db8::254) from ::1 : 56 data bytes\n',
      ],
    ],
    stays: [
      'PING 192.0.2.254 (192.0.2.254) from 192.0.1.254 : 56(84) bytes of data.\n',
      ' PING 2001:db8::254 (2001:db8::254) from ::1 : 56 data bytes\n',
      'PING 2001:db8::254  (2001:db8::254) from ::1 : 56 data bytes\n',
      'PING east (2001:db8::254) from ::1 : 56 data bytes\n',
    ],
  },
  'ipv6-routes': {
    changes: [
      [
        '2001:db8:0:1::/64 via 2001:db8:1:2::45 dev eth1 metric 1024\n',
        '2001:db8:0:1::/64 via 2001:db8:1:2::45 dev eth1\n',
      ],
      [
        'fe80::/64 dev eth0 proto kernel metric 256\nfe80::/64 dev eth1 proto kernel metric 256\n',
        'fe80::/64 dev eth1 proto kernel metric 256\nfe80::/64 dev eth0 proto kernel metric 256\n',
      ],
    ],
    stays: [
      '2001:db8:0:1::/64 via 2001:db8:1:2::45 dev eth1 metric 256\n',
      '2001:db8:0:1::/64 dev eth1 metric 1024\n',
      '2001:db8:0:1::/64 via 2001:db8:1:2::45 dev ipsec1 metric 1024\n',
      'fe80::/64 dev eth1 proto kernel metric 256\nfe80::/64 dev eth0 proto kernel metric 256\n',
      'fe80::/64 dev eth0 proto kernel metric 256\nfe80::/64 dev eth2 proto kernel metric 256\n',
    ],
  },
  'nss-folder': {
    changes: [
      [
        'NSS database "sql:/var/lib/ipsec/nss" and "sql:/var/lib/ipsec/nss"',
        'NSS database "sql:/etc/ipsec.d" and "sql:/etc/ipsec.d"',
      ],
    ],
    stays: ['NSS database "/var/lib/ipsec/nss"', 'NSS database "sql:/var/lib/ipsec/nss2"'],
  },
  'xfrm-statistics': {
    changes: [
      [
        'XfrmInError              \t0\nXfrmInIptfsError        \t0\nXfrmOutNoQueueSpace\t 0\nXfrmOutError \t0\n',
        'XfrmInError              \t0\nXfrmOutError \t0\n',
      ],
    ],
    stays: [
      'XfrmInIptfsError        \t1\n',
      'XfrmOutNoQueueSpace     \t10\n',
      'XfrmInError             \t0\n',
      ' XfrmInIptfsError       \t0\n',
      'XfrmInIptfsError        \t0',
    ],
  },
  'tcpdump-service-names': {
    changes: [
      [
        'IP 192.1.2.45.500 > 192.1.2.23.500: isakmp\nIP6 2001:db8::1.4500 > 2001:db8::2.4500: UDP-encap\n',
        'IP 192.1.2.45.isakmp > 192.1.2.23.isakmp: isakmp\nIP6 2001:db8::1.ipsec-nat-t > 2001:db8::2.ipsec-nat-t: UDP-encap\n',
      ],
    ],
    stays: [
      'IP 192.1.2.45.5000 > 192.1.2.23.45000: UDP\n',
      'IP 192.1.2.45.500, 192.1.2.23.4500, UDP\n',
      'IP66 192.1.2.45.500 > 192.1.2.23.500: isakmp\n',
      '12:00:00 IP 192.1.2.45.500 > 192.1.2.23.500: isakmp\n',
      'ESP from 192.1.2.45.500 to 192.1.2.23.4500\n',
    ],
  },
};

test('every rewrite of received text has its pair here', () => {
  assert.deepEqual(
    receivedTexts.map(({ id }) => id),
    Object.keys(pairs),
  );
});

for (const one of receivedTexts) {
  const { id } = one;
  test(`${id} changes what its reason says, and leaves what only looks like it`, () => {
    const { changes, stays } = pairs[id] as Pair;
    for (const [from, to] of changes) assert.equal(rewritten(one, from), to);
    for (const text of stays) assert.equal(rewritten(one, text), text);
  });
}

test('only the direction of an SA and when it was used are taken away as facts', () => {
  const losing = receivedTexts.filter(({ losesFacts }) => losesFacts);
  assert.deepEqual(
    losing.map(({ id }) => id),
    ['xfrm-state-direction', 'xfrm-state-lastused'],
  );
});

test('words of strongSwan are changed only on consoles that show it', () => {
  const idsFor = (userlands: Parameters<typeof rewritesFor>[0]) => rewritesFor(userlands).map(({ id }) => id);
  const common = [
    'xfrm-state-direction',
    'xfrm-state-lastused',
    'interface-queue',
    'ip-link-statistics',
    'ping-header',
    'ipv6-routes',
    'nss-folder',
    'xfrm-statistics',
    'tcpdump-service-names',
  ];
  assert.deepEqual(idsFor(['libreswan']), common);
  assert.deepEqual(idsFor([]), common);
  assert.deepEqual(idsFor(['libreswan', 'strongswan']), Object.keys(pairs));
});

test('a run names a rewrite with the version of what it does', () => {
  const [stored] = rewritesFor([]);
  const [first] = receivedTexts;
  assert.ok(first && stored);
  assert.deepEqual(stored, { id: first.id, version: versionOf(first) });
  assert.equal(versionOf({ ...first, reason: 'another', id: 'x' }), stored.version);
  const [one] = first.replacements;
  assert.ok(one);
  for (const other of [
    { ...first, losesFacts: false },
    { ...first, replacements: [{ ...one, by: 'x' }] },
    { ...first, replacements: [{ ...one, text: new RegExp(one.text.source, 'g') }] },
    { ...first, replacements: [{ ...one, text: new RegExp(one.text.source.slice(1), one.text.flags) }] },
    { ...first, replacements: [one, one] },
  ]) {
    assert.notEqual(versionOf(other), stored.version);
  }
});

/** No run stored them without a version. */
const sinceVersions = ['xfrm-state-lastused', 'strongswan-version', 'ip-link-statistics', 'ping-header', 'ipv6-routes'];

test('rewrites are those that were stored, in their order, whether with a version or, in earlier runs, without', () => {
  const all = rewritesFor(['strongswan']).reverse();
  assert.deepEqual(
    rewritesNamed(all).map(({ id }) => id),
    Object.keys(pairs).reverse(),
  );
  const withoutVersion = Object.keys(pairs).filter((id) => !sinceVersions.includes(id));
  assert.equal(rewritesNamed(withoutVersion).length, all.length - sinceVersions.length);
  const [direction] = rewritesNamed(['xfrm-state-direction']);
  assert.equal(direction?.losesFacts, true);
  assert.equal(direction.rewrite('\tdir in\n'), '');
});

test('a rewrite that is not known, or does something else now, is refused by name', () => {
  const refusal = (stored: Parameters<typeof rewritesNamed>[0], message: RegExp): void =>
    assert.throws(
      () => rewritesNamed(stored),
      (error) => error instanceof EspalierError && error.fault === 'infrastructure' && message.test(error.message),
    );
  refusal(['mystery'], /needs the adaptation "mystery", which this version of Espalier does not have/);
  refusal([{ id: 'mystery', version: '0' }], /which this version of Espalier does not have/);
  refusal(
    [{ id: 'nss-folder', version: '0123' }],
    /"nss-folder", version 0123, and this Espalier has version [0-9a-f]{12}/,
  );
});
