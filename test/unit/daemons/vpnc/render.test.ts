import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificate, psk } from '../../../../src/connection/authentication.ts';
import type { Connection, End } from '../../../../src/connection/connection.ts';
import { viewOf } from '../../../../src/connection/view.ts';
import { limitsOf } from '../../../../src/daemons/limits.ts';
import { findDaemon } from '../../../../src/daemons/table.ts';
import { credential } from '../../connection/samples.ts';

const daemon = findDaemon('vpnc', '0.5.3.20241220');
const secret = psk(' known to both ');

const west: End = {
  host: 'west',
  address: '192.0.2.1',
  identity: 'keyid:road',
  seenAs: 'any',
  requests: ['ipv4'],
  authentication: secret,
  xauth: { user: 'wanda', password: 'sea breeze' },
};
const east: End = {
  host: 'east',
  address: '198.51.100.2',
  identity: 'east.test',
  selectors: ['10.2.0.0/20'],
  assigns: { pools: ['10.3.0.0/24'] },
  authentication: secret,
};
const road: Connection = {
  name: 'net',
  ikev1: 'aggressive',
  ends: [west, east],
  ike: {
    proposals: [
      { encryption: ['aes-256-cbc'], integrity: ['hmac-sha1-96'], prf: ['hmac-sha1'], keyExchange: ['modp-2048'] },
    ],
  },
  child: { proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'] }] },
};

const textOf = (connection: Connection) =>
  daemon.slice.render([viewOf(connection, 'west')], daemon.version, daemon.stack)[0] ?? assert.fail();

test('vpnc has a file for each connection, which others may not read', () => {
  assert.deepEqual(textOf(road), {
    path: '/etc/vpnc/net.conf',
    mode: 0o600,
    content: `IPSec gateway 198.51.100.2
IPSec ID road
IPSec secret " known to both "
Xauth username wanda
Xauth password "sea breeze"
Noninteractive
Local Addr 192.0.2.1
IKE DH Group dh14
Perfect Forward Secrecy nopfs
IPSEC target network 10.2.0.0/255.255.240.0
`,
  });
});

const proposal = road.ike?.proposals?.[0] ?? assert.fail();

test('what else vpnc can be told', () => {
  const { content } = textOf({
    ...road,
    ends: [west, { ...east, dnsName: 'gate.test' }],
    encapsulation: 'force',
    liveness: { delay: 30 },
    ike: { proposals: [{ ...proposal, encryption: ['3des-cbc'] }] },
    child: { proposals: [{ encryption: ['null'], integrity: ['hmac-sha1-96'], keyExchange: ['modp-1536'] }] },
  });
  const lines = content.split('\n').filter((line) => /gateway|Traversal|DPD|weak|no enc|Secrecy/.test(line));
  assert.deepEqual(lines, [
    'IPSec gateway gate.test',
    'Perfect Forward Secrecy dh5',
    'NAT Traversal Mode force-natt',
    'DPD idle timeout (our side) 30',
    'Enable weak encryption',
    'Enable no encryption',
  ]);
});

test('a user stands in its file in any case, and settings that are left out stay vpnc’s own', () => {
  const { xauth: _, ...plain } = west;
  const { ike: __, child: ___, ...defaults } = road;
  const { content } = textOf({ ...defaults, ends: [plain, east] });
  assert.match(content, /^Xauth username nobody\nXauth password "none"$/m);
  assert.doesNotMatch(content, /DH Group|Secrecy|DPD|Traversal|Enable/);
});

const { assigns: _, ...giver } = east;
const from = (more: Partial<End>): Connection => ({ ...road, ends: [{ ...west, ...more }, east] });
const to = (more: Partial<End>): Connection => ({ ...road, ends: [west, { ...east, ...more }] });
const child = (more: Connection['child']): Connection => ({ ...road, child: { ...road.child, ...more } });
const { requests: __, ...still } = west;
const { ikev1: ___, ...ikev2 } = road;
const { xauth: ____, ...without } = west;

/** Connections, and the ids of what vpnc cannot do of them. */
const table: readonly (readonly [what: string, Connection, readonly string[]])[] = [
  ['what it is made for', road, []],
  ['no XAUTH', { ...road, ends: [without, east] }, ['xauth']],
  ['IKEv2', { ...ikev2, ends: [without, east] }, ['ikev2', 'xauth']],
  ['main mode', { ...road, ikev1: 'main' }, ['main-mode']],
  ['a peer that initiates', { ...road, ends: [still, { ...giver, start: 'start' }] }, ['responder', 'requests']],
  ['a gateway anywhere', to({ seenAs: 'any' }), ['peer-any']],
  ['a name', from({ identity: 'west.test' }), ['identity']],
  ['no address', { ...road, ends: [still, giver] }, ['requests']],
  ['addresses of both families', from({ requests: ['ipv4', 'ipv6'] }), ['requests']],
  ['the gateway alone', { ...road, ends: [west, { ...east, selectors: [] }] }, ['target']],
  ['two networks', to({ selectors: ['10.2.0.0/24', '10.4.0.0/24'] }), ['target']],
  ['a protocol', to({ selectors: [{ network: '10.2.0.0/24', protocol: 6 }] }), ['target']],
  ['IPv6 inside', to({ selectors: ['2001:db8::/64'] }), ['target']],
  ['transport mode', { ...road, mode: 'transport' }, ['mode']],
  [
    'two groups',
    { ...road, ike: { proposals: [{ ...proposal, keyExchange: ['modp-2048', 'modp-3072'] }] } },
    ['groups'],
  ],
  [
    'perfect forward secrecy or not',
    child({
      proposals: [
        { encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'], keyExchange: ['modp-2048'] },
        { encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'] },
      ],
    }),
    ['groups'],
  ],
  [
    'a hash that it does not have',
    child({ proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha2-256-128'] }] }),
    ['algorithm'],
  ],
  [
    'IKE that is not encrypted',
    { ...road, ike: { proposals: [{ ...proposal, encryption: ['null'] }] } },
    ['algorithm'],
  ],
  ['ESN', child({ proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'], esn: 'yes' }] }), ['esn']],
  ['a lifetime of the IKE SA', { ...road, ike: { ...road.ike, lifetime: 600 } }, ['lifetimes']],
  ['a lifetime of ESP', child({ lifetime: 600 }), ['lifetimes']],
  ['a limit of octets', child({ lifetimeBytes: 9 }), ['lifetimes']],
  ['a limit of packets', child({ lifetimePackets: 9 }), ['lifetimes']],
  ['no rekeying', { ...road, rekey: false }, ['rekey']],
  ['asking often', { ...road, liveness: { delay: 9 } }, ['liveness']],
  ['coming again after a dead peer', { ...road, liveness: { delay: 10, action: 'restart' } }, ['liveness']],
  ['asking', { ...road, liveness: { delay: 10 } }, []],
  ['a replay window', child({ replayWindow: 33 }), ['replay-window']],
  ['IPComp', child({ ipcomp: true }), ['ipcomp']],
  ['fragments', { ...road, fragmentation: true }, ['fragmentation']],
  ['no fragments', { ...road, fragmentation: false }, []],
  ['many IKE SAs', { ...road, uniqueIds: 'allow' }, ['unique-ids']],
  ['the field copied outwards', child({ copyDscp: 'out' }), []],
  ['the field copied inwards', child({ copyDscp: 'in' }), ['header-fields']],
  ['congestion marks', child({ copyEcn: true }), ['header-fields']],
  ['an interface', from({ interface: { kind: 'xfrm', id: 1 } }), ['interface']],
  ['a mark', from({ mark: 1 }), ['interface']],
  [
    'a bypass policy',
    from({ policies: [{ name: 'p', action: 'bypass', local: '10.1.0.0/24', remote: '10.2.0.0/24' }] }),
    ['plain-policies'],
  ],
  ['a program', from({ updown: '/bin/true' }), ['updown']],
  [
    'two Child SAs',
    { ...road, furtherChildren: [{ name: 'b', selectors: { west: ['10.1.0.0/24'], east: ['10.2.0.0/24'] } }] },
    ['further-children'],
  ],
  [
    'IPv6 outside',
    {
      ...road,
      ends: [
        { ...west, address: '2001:db8::1' },
        { ...east, address: '2001:db8::2' },
      ],
    },
    ['outer-ipv6'],
  ],
];

for (const [what, connection, ids] of table) {
  test(`limits of vpnc: ${what}`, () => {
    assert.deepEqual(
      limitsOf(viewOf(connection, 'west'), daemon).map(({ id }) => id),
      ids,
    );
  });
}

test('what vpnc cannot be asked for by a certificate, at either end', () => {
  const own = certificate(credential('west'));
  for (const [one, other] of [
    [own, secret],
    [secret, own],
  ] as const) {
    const connection: Connection = {
      ...road,
      ends: [
        { ...west, authentication: one },
        { ...east, authentication: other },
      ],
    };
    const ids = limitsOf(viewOf(connection, 'west'), daemon).map(({ id }) => id);
    assert.deepEqual(ids, ['authentication']);
  }
});

const groups = { 'modp-1536': 'dh5', 'modp-2048': 'dh14', 'modp-3072': 'dh15', 'modp-4096': 'dh16' } as const;
for (const [group, word] of Object.entries(groups) as [keyof typeof groups, string][]) {
  test(`vpnc calls ${group} ${word}`, () => {
    const connection = { ...road, ike: { proposals: [{ ...proposal, keyExchange: [group] }] } };
    assert.match(textOf(connection).content, new RegExp(`^IKE DH Group ${word}$`, 'm'));
  });
}

test('vpnc has AES with all lengths of keys, and 3DES', () => {
  for (const cipher of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', '3des-cbc'] as const) {
    const encryption = [cipher];
    const connection: Connection = {
      ...road,
      ike: { proposals: [{ ...proposal, encryption }] },
      child: { proposals: [{ encryption, integrity: ['hmac-sha1-96'] }] },
    };
    assert.deepEqual(limitsOf(viewOf(connection, 'west'), daemon), [], cipher);
  }
});

test('how vpnc is driven', () => {
  const { collect, helpers, initiate, terminate, stop, kill, listSas, unknownName } = daemon.control;
  assert.deepEqual(
    [collect, helpers.map(({ path, mode }) => [path, mode])],
    [
      ['/var/log/vpnc.log'],
      [
        ['/usr/local/libexec/vpnc-tunnel', 0o755],
        ['/var/log/vpnc.log', 0o644],
      ],
    ],
  );
  assert.deepEqual(
    [initiate('a b', undefined), terminate('net', undefined), stop, listSas],
    ["up 'a b'", 'down net', 'end', 'list'].map((words) => `/usr/local/libexec/vpnc-tunnel ${words}`),
  );
  assert.match(kill, /^kill -KILL \$\(pidof vpnc\); rm -f \/run\/vpnc-/);
  assert.match('x\nvpnc has no file of net', unknownName);
  assert.doesNotMatch('x vpnc has no file of net', unknownName);
});

test('vpnc answers nobody', () => {
  const ids = limitsOf(viewOf(road, 'east'), daemon).map(({ id }) => id);
  assert.ok(ids.includes('responder'), ids.join());
});

test('vpnc is there once its files can be read, and initiates where it is told to', () => {
  const start = (connection: Connection) => daemon.control.start([viewOf(connection, 'west')]);
  assert.equal(start(road).length, 1);
  assert.match(start(road)[0] ?? '', /^vpnc --print-config net /);
  assert.equal(start(from({ start: 'start' }))[1], '/usr/local/libexec/vpnc-tunnel up net');
});
