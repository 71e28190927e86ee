import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { readIp } from '../../../../src/evidence/packet/ip.ts';
import { type IpPacket, wellKnownPorts } from '../../../../src/evidence/packet/packet.ts';
import { bytes, concat, ipv4, tcp, u16, udp } from '../../evidence/build.ts';
import { anSa, aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';
import {
  added,
  evidenceOf,
  type Host,
  installed,
  protectedPacket,
  removed,
  type Step,
  type Story,
  seen,
  toPeer,
  wireOf,
} from './evidence.ts';
import { addresses, between, labFrames } from './lab-path.ts';

const out = anSa({ direction: 'out' });
const policy = aPolicy({ selector: toPeer });
const ready: Step[] = [
  [1, 'west', added(out)],
  [1, 'west', installed(policy)],
];

const found = (story: Story): string[] =>
  wireOf(evidenceOf(story)).issues.map(({ word, kind, host, message }) => `${word} ${kind} ${host}: ${message}`);

function innerOf(packet: Uint8Array): IpPacket {
  const inner = readIp({ bytes: packet, start: 0, end: packet.length }, wellKnownPorts);
  assert.ok(inner);
  return inner;
}
/** The packet of west to the peer, and the same way back. */
const there = ipv4(1, bytes('0800 0000 0001 0001'));
const swapped = (packet: Uint8Array): Uint8Array => {
  const copy = packet.slice();
  copy.set(packet.subarray(12, 16), 16);
  copy.set(packet.subarray(16, 20), 12);
  return copy;
};

test('packets are counted by word, copies on other links not', () => {
  const words = ['verified', 'verified', 'unauthenticated', 'unjudged', 'no-sa', 'replayed'] as const;
  const packets = words.map((word, index) => protectedPacket(100 + index, { word }));
  packets.push(protectedPacket(200, { copy: true }));
  const evidence = evidenceOf({ steps: ready, packets });
  const { packets: counts, issues } = wireOf(evidence);
  assert.deepEqual(counts, { verified: 2, unauthenticated: 1, refused: 0, unjudged: 1, 'no-sa': 1, replayed: 1 });
  assert.deepEqual(
    issues.map(({ kind }) => kind),
    ['unknown-sa'],
  );
});

const refused: Partial<ProtectedPacket> = { word: 'refused', reason: 'integrity' };

test('a packet that does not verify is major, with its place', () => {
  const story = { steps: ready, packets: [protectedPacket(100, refused)], commands: [[50, 'ping']] } as const;
  const { issues, packets } = wireOf(evidenceOf(story));
  assert.equal(packets.refused, 1);
  assert.deepEqual(
    issues.map(({ kind, word, host, file, packet, command }) => [kind, word, host, file, packet, command]),
    [['not-verified', 'major', 'west', 'links/test.pcapng', 1, 'ping']],
  );
  assert.match(issues[0]?.message ?? '', /esp packet of SA 0x1234abcd does not verify: integrity/);
});

/** A packet of west's on a link to which a host sent it, with the hop limit that it has there. */
function refusedOf(sender: Host, hopLimit: number): ProtectedPacket {
  const { west: source, east: destination } = addresses;
  const frame = seen(100, between({ source, destination, hopLimit }, ipv4(50, new Uint8Array(40))), sender);
  return protectedPacket(100, { ...refused, frame });
}

test('damage on purpose by who sent the packet, or sent it on, excuses it; behind it or by others it does not', () => {
  const packets = [refusedOf('west', 64), refusedOf('nic', 63), refusedOf('road', 62)];
  const told = (line: string, host: Host, at = 50): number =>
    found({ steps: ready, frames: labFrames, packets, commands: [[at, line, host]] }).length;
  const netem = 'tc qdisc add dev eth1 root netem corrupt 100%';
  assert.equal(told(netem, 'west'), 0);
  assert.equal(told(netem, 'nic'), 1);
  assert.equal(told(netem, 'road'), 2);
  assert.equal(told(netem, 'east'), 3);
  assert.equal(told(netem, 'west', 101), 3);
  assert.equal(told('tc qdisc add dev eth1 root netem loss 50%', 'west'), 3);
  // ESP is the kernel's: what the IKE daemon is told to spoil is IKE.
  assert.equal(told('ipsec whack --impair corrupt_encrypted', 'west'), 3);
  assert.equal(told('ipsec stop', 'west'), 3);
});

test('cleartext in an ESP packet is a leak however it is encapsulated, and no damage on purpose', () => {
  const clear = { ...refused, reason: 'cleartext' };
  const encapsulations = ['none', 'udp', 'tcp'] as const;
  const packets = encapsulations.map((encapsulation) => protectedPacket(100, { ...clear, encapsulation }));
  const netem = [[50, 'tc qdisc add dev eth1 root netem corrupt 100%']] as const;
  assert.deepEqual(
    found({ steps: ready, packets, commands: netem }),
    new Array(3).fill('leak not-encrypted west: esp packet of SA 0x1234abcd carries cleartext'),
  );
});

test('AH behind a translator cannot verify, ESP can', () => {
  const nat = [[50, 'iptables -t nat -A POSTROUTING -j MASQUERADE', 'nic']] as const;
  const ah = { ...refused, protocol: 'ah' } as const;
  assert.equal(found({ steps: ready, packets: [protectedPacket(100, ah, 'nic')], commands: nat }).length, 0);
  assert.equal(found({ steps: ready, packets: [protectedPacket(100, ah, 'nic')] }).length, 1);
  assert.equal(found({ steps: ready, packets: [protectedPacket(100, refused, 'nic')], commands: nat }).length, 1);
  const own: Step[] = [[1, 'west', added(anSa({ protocol: 'ah' }))]];
  assert.equal(found({ steps: own, packets: [protectedPacket(100, ah)], commands: nat }).length, 1);
});

test('what comes out of a tunnel must be what a policy of its sender sends into it', () => {
  const strays = (packet: Uint8Array, steps = ready): number =>
    found({ steps, packets: [protectedPacket(100, { inner: innerOf(packet) })] }).length;
  assert.equal(strays(there), 0);
  assert.equal(strays(swapped(there)), 1);
  assert.equal(strays(there, [[1, 'west', added(out)]]), 1);
  assert.equal(strays(ipv4(17, new Uint8Array(8), { fragment: 2 }), [[1, 'west', added(out)]]), 0);
  const only = (change: Parameters<typeof aPolicy>[0]): Step[] => [
    [1, 'west', added(out)],
    [1, 'west', installed(aPolicy({ selector: toPeer, ...change }))],
  ];
  assert.equal(strays(there, only({ direction: 'in' })), 1);
  assert.equal(strays(there, only({ templates: [aTemplate({ reqid: 5 })] })), 1);
  assert.equal(strays(there, only({ mark: { value: 1, mask: 1 } })), 0);
  assert.equal(strays(there, only({ ifId: 4 })), 0);
  const web = { ...toPeer, protocol: 6, destinationPort: { port: 80, mask: 0xffff } };
  const to = (destination: number): Uint8Array => ipv4(6, tcp({ source: 9, destination, sequence: 1 }));
  assert.equal(strays(to(80), only({ selector: web })), 0);
  assert.equal(strays(to(81), only({ selector: web })), 1);
});

test('a policy that went or came a moment ago may still have sent into a tunnel', () => {
  const inner = innerOf(there);
  const at = (time: number): number => {
    const steps: Step[] = [...ready, [200, 'west', removed(policy)]];
    return found({ steps, packets: [protectedPacket(time, { inner })] }).length;
  };
  assert.deepEqual([at(100), at(205), at(211)], [0, 0, 1]);
  const late: Step[] = [
    [1, 'west', added(out)],
    [200, 'west', installed(policy)],
  ];
  const before = (time: number): number => found({ steps: late, packets: [protectedPacket(time, { inner })] }).length;
  assert.deepEqual([before(189), before(191)], [1, 0]);
});

test('an ICMP error goes where what it is about came from, if a policy says so', () => {
  const quoted = concat([bytes('0301 0000 00000000'), swapped(ipv4(17, udp(7, 9, u16(0))))]);
  const error = ipv4(1, quoted);
  error.set(bytes('c0a80001'), 12);
  const packets = [protectedPacket(100, { inner: innerOf(error) })];
  const withFlags = (flags: readonly string[]): Step[] => [
    [1, 'west', added(out)],
    [
      1,
      'west',
      installed(aPolicy({ selector: { ...toPeer, protocol: 17, sourcePort: { port: 9, mask: 0xffff } }, flags })),
    ],
  ];
  assert.equal(found({ steps: withFlags(['icmp']), packets }).length, 0);
  assert.equal(found({ steps: withFlags([]), packets }).length, 1);
});

/** East has an SA, and a boundary at 300 ms shows what it has taken. */
function receiver(packets: bigint, change: Partial<IpsecSa> = {}): Step[] {
  const sa = anSa({ direction: 'in', ...change });
  return [
    [1, 'east', added(sa)],
    [300, 'west', 'command'],
    [300, 'west', { sas: [out] }],
    [300, 'east', { sas: [{ ...sa, use: { ...sa.use, packets } }] }],
    [300, 'west', { policies: [policy] }],
  ];
}
const sent = (...words: readonly ProtectedPacket['word'][]): ProtectedPacket[] =>
  words.map((word, index) => protectedPacket(100 + index, { word }));

test('a receiver that counts more packets than there were numbers has taken a replay', () => {
  const replays = (taken: readonly Step[], packets: readonly ProtectedPacket[], line = 'ping'): string[] =>
    found({ steps: [...ready, ...taken], packets, commands: [[1, line]] });
  const three = sent('verified', 'verified', 'replayed');
  assert.deepEqual(replays(receiver(2n), three), []);
  assert.deepEqual(replays(receiver(3n), three), [
    'major replay-accepted east: the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel) has taken 3 packets, and only 2 were sent with a sequence number of their own',
  ]);
  assert.deepEqual(replays(receiver(3n), sent('verified', 'verified')), []);
  assert.deepEqual(replays(receiver(3n, { replayWindow: 0 }), three), []);
  assert.deepEqual(replays(receiver(3n, { spi: 8 }), three), []);
  assert.deepEqual(replays(receiver(3n, { direction: 'out' }), three), []);
  // Whoever doubles packets on their way: not to take them twice is what the window is for.
  assert.equal(replays(receiver(3n), three, 'tc qdisc add dev eth1 root netem duplicate 100%').length, 1);
  const forwarded = protectedPacket(104, { word: 'replayed', copy: true });
  assert.deepEqual(replays(receiver(3n), [...sent('verified', 'verified'), forwarded]), []);
});
