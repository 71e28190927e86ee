import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slices } from '../../../../src/daemons/table.ts';
import type { ConsoleFact } from '../../../../src/evidence/text/facts.ts';
import { readConsoleFacts } from '../../../../src/judge/text/read-facts.ts';
import { iked, sanitized } from '../../evidence/text/consoles.ts';

const bodies = (text: string): object[] =>
  readConsoleFacts(text).map(({ command: _command, line: _line, ...body }) => body);
const of = <K extends ConsoleFact['kind']>(text: string, kind: K): Extract<ConsoleFact, { kind: K }>[] =>
  readConsoleFacts(text).filter((fact): fact is Extract<ConsoleFact, { kind: K }> => fact.kind === kind);

test('a console of a tunnel gives its facts in order, each below its command', () => {
  assert.deepEqual(
    readConsoleFacts(sanitized).map(({ kind, line, command }) => [kind, line, command.text]),
    [
      ['connection-loaded', 5, 'ipsec add tunnel'],
      ['ike-negotiated', 9, 'ipsec up tunnel'],
      ['ike-established', 10, 'ipsec up tunnel'],
      ['ipsec-established', 11, 'ipsec up tunnel'],
      ['probe', 14, '../../guestbin/ping-once.sh --up -I 10.1.0.1 10.2.0.1'],
      ['traffic', 17, 'ipsec trafficstatus'],
      ['sa-listed', 20, 'ipsec showstates'],
      ['sa-listed', 21, 'ipsec showstates'],
      ['kernel-sa', 24, '../../guestbin/ipsec-kernel-state.sh'],
      ['kernel-sa', 33, '../../guestbin/ipsec-kernel-state.sh'],
      ['kernel-policy', 44, '../../guestbin/ipsec-kernel-policy.sh'],
      ['kernel-policy', 48, '../../guestbin/ipsec-kernel-policy.sh'],
      ['kernel-policy', 50, '../../guestbin/ipsec-kernel-policy.sh'],
      ['count', 54, 'ipsec status'],
      ['count', 54, 'ipsec status'],
      ['count', 55, 'ipsec status'],
      ['count', 55, 'ipsec status'],
      ['count', 55, 'ipsec status'],
      ['count', 55, 'ipsec status'],
      ['count', 55, 'ipsec status'],
      ['connection-status', 56, 'ipsec status'],
      ['traffic', 59, 'ipsec down tunnel'],
      ['sa-deleted', 60, 'ipsec down tunnel'],
    ],
  );
});

const lines: readonly (readonly [line: string, fact: object])[] = [
  [
    '"a" #1: initiator established IKE SA; authenticated peer using authby=secret and ID_FQDN \'@b\'',
    {
      kind: 'ike-established',
      connection: 'a',
      sa: '#1',
      version: 2,
      role: 'initiator',
      peerId: '@b',
      authentication: 'using authby=secret and ID_FQDN …',
    },
  ],
  [
    '"a"[2] 192.0.2.9 #4: responder rekeyed Child SA #2 using #3; IPsec tunnel [10.1.0.0/16===10.2.0.1/32] {ESPinUDP/ESN=>0x01 <0x02 xfrm=AES_CBC_128-HMAC_SHA1_96-DH19 IPCOMP=>0x1 <0x2 NATD=192.0.2.9:4500 DPD=active username=ann}',
    {
      kind: 'ipsec-established',
      connection: 'a',
      instance: '[2]',
      peer: '192.0.2.9',
      sa: '#4',
      version: 2,
      role: 'responder',
      rekeys: '#2',
      ike: '#3',
      mode: 'tunnel',
      selectors: '[10.1.0.0/16===10.2.0.1/32]',
      protocol: 'ESP',
      encapsulation: 'UDP',
      esn: true,
      spis: '>0x01 <0x02',
      algorithms: 'AES_CBC_128-HMAC_SHA1_96-DH19',
      compressed: true,
      nat: '192.0.2.9:4500',
      dpd: 'active',
      user: 'ann',
    },
  ],
  [
    '"a" #2: IPsec SA established transport mode {AH=>0xAHAH <0xAHAH xfrm=HMAC_SHA1_96 DPD=passive}',
    {
      kind: 'ipsec-established',
      connection: 'a',
      sa: '#2',
      version: 1,
      mode: 'transport',
      protocol: 'AH',
      esn: false,
      spis: '>0xAHAH <0xAHAH',
      algorithms: 'HMAC_SHA1_96',
      compressed: false,
      dpd: 'passive',
    },
  ],
  [
    '002 "a" #1: ISAKMP SA established {auth=RSA_SIG cipher=AES_CBC_256 integ=HMAC_SHA2_256 group=MODP2048}',
    {
      kind: 'ike-established',
      connection: 'a',
      sa: '#1',
      version: 1,
      authentication: 'RSA_SIG',
      algorithms: 'AES_CBC_256/HMAC_SHA2_256/MODP2048',
    },
  ],
  [
    '"a" #3: deleting IKE SA (sent IKE_AUTH request)',
    { kind: 'sa-deleted', connection: 'a', sa: '#3', of: 'ike', established: false, state: 'sent IKE_AUTH request' },
  ],
  [
    '"a" #3: deleting IPsec SA (QUICK_I2) and sending notification using ISAKMP SA #1',
    { kind: 'sa-deleted', connection: 'a', sa: '#3', of: 'ipsec', established: true, state: 'QUICK_I2' },
  ],
  [
    '"a" #1: IKE_SA_INIT_I: 60 second timeout exceeded after 7 retransmits.  No response',
    { kind: 'negotiation-failed', connection: 'a', sa: '#1', reason: 'timeout', state: 'IKE_SA_INIT_I' },
  ],
  [
    '"a" #2: IKE_AUTH response rejected Child SA with TS_UNACCEPTABLE',
    { kind: 'negotiation-failed', connection: 'a', sa: '#2', reason: 'TS_UNACCEPTABLE' },
  ],
  [
    '"a": failed to add connection: leftauth= and rightauth= must both be set',
    { kind: 'connection-loaded', connection: 'a', loaded: false },
  ],
  [
    '#2: "a"[1] ...192.0.2.9, username=ann, type=ESP, add_time=0, inBytes=0, outBytes=XXX, maxBytes=2^63B, id=\'CN=a, O=b\', lease=10.9.0.1/32',
    {
      kind: 'traffic',
      connection: 'a',
      instance: '[1]',
      peer: '...192.0.2.9',
      sa: '#2',
      final: false,
      protocol: 'ESP',
      addTime: 0,
      inBytes: 0,
      outBytes: 'XXX',
      limit: '2^63B',
      user: 'ann',
      peerId: 'CN=a, O=b',
      lease: '10.9.0.1/32',
    },
  ],
  [
    '#7: "a"[1] 2001:db8::9:4500 STATE_QUICK_R2 (IPsec SA established); REPLACE in 5s; ISAKMP SA #6; idle;',
    {
      kind: 'sa-listed',
      connection: 'a',
      instance: '[1]',
      peer: '2001:db8::9',
      sa: '#7',
      ike: '#6',
      of: 'ipsec',
      state: 'STATE_QUICK_R2',
      established: true,
      port: 4500,
      newest: false,
      routed: false,
    },
  ],
  [
    '#1: pending Child SA for "a"',
    { kind: 'sa-listed', connection: 'a', of: 'ipsec', state: 'pending', established: false, ike: '#1' },
  ],
  [
    '192.0.2.1/32 -0-> 192.0.2.2/32 => %pass    oe-failing',
    {
      kind: 'bare-shunt',
      source: '192.0.2.1/32',
      destination: '192.0.2.2/32',
      protocol: '0',
      action: '%pass',
      why: 'oe-failing',
    },
  ],
  ['XfrmInNoPols            \t3', { kind: 'kernel-counter', name: 'XfrmInNoPols', value: 3 }],
  [
    'IP 192.0.2.1.isakmp > 192.0.2.2.500: isakmp: parent_sa ikev2_init[I]',
    { kind: 'packet', source: '192.0.2.1.500', destination: '192.0.2.2.500', what: 'ike' },
  ],
  [
    '12:00:00.1 IP 192.0.2.1 > 192.0.2.2: ESP(spi=0xSPISPI,seq=0x1), length 100',
    { kind: 'packet', source: '192.0.2.1', destination: '192.0.2.2', what: 'esp' },
  ],
  [
    'IP 10.1.0.1 > 10.2.0.1: ICMP echo request, id 1, seq 1, length 64',
    { kind: 'packet', source: '10.1.0.1', destination: '10.2.0.1', what: 'icmp-echo' },
  ],
  ['4 packets transmitted, 0 received, 100% packet loss, time 3000ms', { kind: 'probe', nth: 0, outcome: 'down' }],
  ['4 packets transmitted, 3 received, 25% packet loss', { kind: 'probe', nth: 0, outcome: 'some' }],
  ['down UNEXPECTED', { kind: 'probe', nth: 0, outcome: 'down' }],
  [
    '[IKE] IKE_SA net[1] established between 192.0.2.1[a]...192.0.2.2[b]',
    { kind: 'ike-established', connection: 'net', sa: '#1', ends: '192.0.2.1[a]...192.0.2.2[b]' },
  ],
  [
    'CHILD_SA net{1} established with SPIs SPISPI_i SPISPI_o and TS 10.1.0.0/16 === 10.2.0.0/16',
    {
      kind: 'ipsec-established',
      connection: 'net',
      sa: '#1',
      spis: 'SPISPI_i SPISPI_o',
      selectors: '10.1.0.0/16 === 10.2.0.0/16',
    },
  ],
  ["connection 'net' established successfully", { kind: 'connection-up', connection: 'net' }],
  [
    "establishing connection 'net' failed",
    { kind: 'negotiation-failed', connection: 'net', reason: 'not-established' },
  ],
  [
    'received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built',
    { kind: 'negotiation-failed', connection: '', reason: 'NO_PROPOSAL_CHOSEN' },
  ],
  [
    '    net[1]: ESTABLISHED XXX second ago, 192.0.2.1[a]...192.0.2.2[b]',
    {
      kind: 'sa-listed',
      of: 'ike',
      established: true,
      connection: 'net',
      sa: '#1',
      state: 'ESTABLISHED',
      ends: '192.0.2.1[a]...192.0.2.2[b]',
    },
  ],
  [
    '    net{1}:  INSTALLED, TUNNEL, reqid 1, ESP in UDP SPIs: SPISPI_i SPISPI_o',
    {
      kind: 'sa-listed',
      of: 'ipsec',
      established: true,
      connection: 'net',
      sa: '#1',
      state: 'INSTALLED',
      mode: 'TUNNEL',
      protocol: 'ESP in UDP',
      reqid: 1,
    },
  ],
  [
    'net: #3, reqid 1, INSTALLED, TUNNEL, ESP:AES_GCM_16-128/CURVE_25519',
    {
      kind: 'sa-listed',
      of: 'ipsec',
      established: true,
      connection: 'net',
      sa: '#3',
      state: 'INSTALLED',
      mode: 'TUNNEL',
      protocol: 'ESP',
      algorithms: 'AES_GCM_16-128/CURVE_25519',
      reqid: 1,
    },
  ],
];

test('each line of a daemon or tool gives the fact it tells', () => {
  for (const [line, fact] of lines) assert.deepEqual(bodies(line), [fact], line);
});

test('debug lines, words and command lines give no facts', () => {
  const words = [
    '| "a" #1: initiator established IKE SA; authenticated peer using authby=secret and ID_FQDN \'@b\'',
    '"a" #1: sent IKE_AUTH request to 192.0.2.2:UDP/500',
    'Redirecting to: [initsystem]',
    '2: eth0: <BROADCAST,UP> mtu 1500 state UP qlen 1000',
    '    altname enp0s6',
  ];
  assert.deepEqual(bodies(words.join('\n')), []);
  assert.deepEqual(bodies('true\nleft #\n # up\nleft #\n echo up\n'), []);
});

test('commands are told apart by how often they came before, and merged consoles by their host', () => {
  const found = readConsoleFacts('true\nleft #\n ping\nup\nleft #\n ping\ndown\nright# ping\nup\n');
  assert.deepEqual(
    found.map(({ command, line }) => [command.text, command.nth, line]),
    [
      ['ping', 0, 4],
      ['ping', 1, 7],
      ['ping', 2, 9],
    ],
  );
});

test('ikectl show sa gives its SAs and flows', () => {
  assert.deepEqual(
    of(iked, 'sa-listed').map((fact) => [fact.of, fact.established, fact.ends]),
    [
      ['ike', true, '198.51.100.1:500->198.51.100.2:500'],
      ['ipsec', true, 'out 198.51.100.1:500->198.51.100.2:500'],
      ['ipsec', true, 'in 198.51.100.2:500->198.51.100.1:500'],
    ],
  );
  assert.deepEqual(
    of(iked, 'connection-status').map(({ value }) => value),
    ['out 10.1.0.0/16->10.2.0.0/16', 'in 10.2.0.0/16->10.1.0.0/16'],
  );
});

test('no line is of two daemons', () => {
  const all = [...lines.map(([line]) => line), ...`${sanitized}\n${iked}`.split('\n')];
  for (const line of all) {
    const owners = slices.filter(({ readLine }) => readLine(line).length > 0).map(({ name }) => name);
    assert.ok(owners.length <= 1, `${owners.join(' and ')}: ${line}`);
  }
});

test('a line of a daemon is its own, though it repeats what a sniffer would say', () => {
  const line = 'IKE_SA net[1] established between 192.0.2.1[a]...192.0.2.2[IP 192.0.2.1 > 192.0.2.2: ESP(]';
  assert.deepEqual(
    bodies(line).map((fact) => 'kind' in fact && fact.kind),
    ['ike-established'],
  );
});
