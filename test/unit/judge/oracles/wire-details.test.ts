import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { IpsecPolicy, IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { readIp } from '../../../../src/evidence/packet/ip.ts';
import { type IpPacket, wellKnownPorts } from '../../../../src/evidence/packet/packet.ts';
import { bytes, concat, ipv4, udp } from '../../evidence/build.ts';
import { anSa, aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';
import {
  added,
  deleted,
  evidenceOf,
  installed,
  protectedPacket,
  removed,
  type Step,
  type Story,
  toPeer,
  wireOf,
} from './evidence.ts';

const out = anSa({ direction: 'out' });
const issuesOf = (story: Story) => wireOf(evidenceOf(story)).issues;
const kindsOf = (story: Story): string[] => issuesOf(story).map(({ kind }) => kind);

function innerOf(packet: Uint8Array): IpPacket {
  const inner = readIp({ bytes: packet, start: 0, end: packet.length }, wellKnownPorts);
  assert.ok(inner);
  return inner;
}
const ping = innerOf(ipv4(1, bytes('0800 0000 0001 0001')));
const refused: Partial<ProtectedPacket> = { word: 'refused', reason: 'integrity' };

test('findings stand in the order of packets, then of strange SAs, then of replays', () => {
  const taken = (packets: bigint): IpsecSa =>
    anSa({ direction: 'in', use: { bytes: 0n, packets, addTime: 1n, useTime: 1n } });
  const steps: Step[] = [
    [1, 'west', added(out)],
    [1, 'east', added(taken(0n))],
    [1, 'nic', added(taken(0n))],
    [300, 'west', 'command'],
    [300, 'west', { sas: [out] }],
    [300, 'east', { sas: [taken(9n)] }],
    [300, 'nic', { sas: [taken(8n)] }],
  ];
  const packets = [
    protectedPacket(10, { inner: ping }),
    protectedPacket(11, refused),
    protectedPacket(12, { word: 'no-sa', spi: 7 }),
    protectedPacket(13, { ...refused, reason: 'cleartext' }),
    protectedPacket(14, { word: 'no-sa', spi: 8 }),
    protectedPacket(15, { inner: ping }),
    protectedPacket(16, { spi: 9 }, 'road'),
    protectedPacket(17, { word: 'replayed' }),
  ];
  const words = issuesOf({ steps, packets }).map(
    ({ kind, host, message }) => `${kind} ${host} ${/0x\w+/.exec(message)?.[0]}`,
  );
  assert.deepEqual(words, [
    'inner-selector west 0x1234abcd',
    'not-verified west 0x1234abcd',
    'unknown-sa west 0x00000007',
    'not-encrypted west 0x1234abcd',
    'unknown-sa west 0x00000008',
    'inner-selector west 0x1234abcd',
    'unknown-sa road 0x00000009',
    'replay-accepted east 0x1234abcd',
    'replay-accepted nic 0x1234abcd',
  ]);
});

test('a finding has its place and its words; what nobody sent has no host', () => {
  const unsent = protectedPacket(100, { word: 'no-sa' });
  const { sender: _west, ...frame } = unsent.frame;
  const place = { file: 'links/test.pcapng', packet: 1 };
  assert.deepEqual(issuesOf({ packets: [{ ...unsent, frame }], commands: [[50, 'ping']] }), [
    {
      kind: 'unknown-sa',
      word: 'major',
      ...place,
      command: 'ping',
      message: 'no host ever had the SA of this packet, esp 0x1234abcd',
    },
  ]);
  assert.deepEqual(issuesOf({ packets: [protectedPacket(100)] }), [
    {
      kind: 'unknown-sa',
      word: 'major',
      host: 'west',
      ...place,
      message: 'the packet opens, and its sender never had the SA, esp 0x1234abcd',
    },
  ]);
  assert.deepEqual(issuesOf({ steps: [[1, 'west', added(out)]], packets: [protectedPacket(100, { inner: ping })] }), [
    {
      kind: 'inner-selector',
      word: 'major',
      host: 'west',
      ...place,
      message:
        '192.0.2.1 > 198.51.100.2 protocol 1 went through the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel), and no policy sends it there',
    },
  ]);
});

test('a packet that no host of the lab sent is no stray, and is refused all the same', () => {
  const unsent = (change: Partial<ProtectedPacket>): string[] => {
    const packet = protectedPacket(100, change);
    const { sender: _west, ...frame } = packet.frame;
    return kindsOf({ steps: [[1, 'west', added(out)]], packets: [{ ...packet, frame }] });
  };
  assert.deepEqual(unsent({ inner: ping }), []);
  assert.deepEqual(unsent(refused), ['not-verified']);
});

test('damage counts from the very moment at which its command begins', () => {
  const netem = (at: number) => [[at, 'tc qdisc add dev eth1 root netem corrupt 1%']] as const;
  const steps: Step[] = [[1, 'west', added(out)]];
  assert.deepEqual(kindsOf({ steps, packets: [protectedPacket(100, refused)], commands: netem(100) }), []);
  assert.deepEqual(kindsOf({ steps, packets: [protectedPacket(100, refused)], commands: netem(100.1) }), [
    'not-verified',
  ]);
});

/** A packet of this SA, with a ping in it, where west has one policy for it with the request id 1. */
function strays(sas: readonly IpsecSa[], change: Partial<ProtectedPacket> = {}, more: readonly Step[] = []): number {
  const steps: Step[] = [
    ...sas.map((sa): Step => [1, 'west', added(sa)]),
    [1, 'west', installed(aPolicy({ selector: toPeer, templates: [aTemplate({ reqid: 1 })] }))],
    ...more,
  ];
  return kindsOf({ steps, packets: [protectedPacket(100, { inner: ping, ...change })] }).filter(
    (kind) => kind === 'inner-selector',
  ).length;
}

test('the SA of a packet is that of its SPI and protocol, and of two the older one', () => {
  const { aead: _none, ...bare } = anSa({
    protocol: 'ah',
    integrity: { name: 'hmac(sha1)', key: new Uint8Array(20), truncation: 96 },
  });
  const [right, wrong] = [anSa({ reqid: 1, direction: 'out' }), anSa({ reqid: 2, direction: 'out', spi: 0x777 })];
  const ah: IpsecSa = { ...bare, reqid: 2, direction: 'out' };
  assert.equal(strays([wrong, right]), 0);
  assert.equal(strays([ah, right]), 0);
  assert.equal(strays([right, wrong], { spi: 0x777 }), 1);
  assert.equal(strays([right, ah], { protocol: 'ah' }), 1);
  const other = anSa({ reqid: 2, direction: 'out', destination: '192.1.2.99' });
  assert.equal(strays([right, other]), 0);
  assert.equal(strays([other, right]), 1);
});

test('where the SA is gone, its last version is asked', () => {
  const [first, second] = [anSa({ reqid: 1, direction: 'out' }), anSa({ reqid: 2, direction: 'out' })];
  const lives = (one: IpsecSa, two: IpsecSa): Step[] => [
    [2, 'west', deleted(one)],
    [3, 'west', added(two)],
    [4, 'west', deleted(two)],
  ];
  assert.equal(strays([first], {}, lives(first, second)), 1);
  assert.equal(strays([second], {}, lives(second, first)), 0);
});

test('every word of a packet that opens makes its sender answer for the SA', () => {
  for (const word of ['verified', 'unauthenticated', 'replayed'] as const) {
    assert.deepEqual(kindsOf({ packets: [protectedPacket(100, { word })] }), ['unknown-sa'], word);
  }
  for (const word of ['unjudged'] as const)
    assert.deepEqual(kindsOf({ packets: [protectedPacket(100, { word })] }), []);
});

test('an SA is known by its SPI and protocol, each for itself, and once known stays so', () => {
  const steps: Step[] = [[1, 'west', added(out)]];
  const strange = (...packets: readonly ProtectedPacket[]): string[] =>
    issuesOf({ steps, packets }).map(({ host, message }) => `${host} ${message.split(', ').at(-1)}`);
  assert.deepEqual(strange(protectedPacket(1), protectedPacket(2, { spi: 7 })), ['west esp 0x00000007']);
  assert.deepEqual(strange(protectedPacket(1), protectedPacket(2, { protocol: 'ah' })), ['west ah 0x1234abcd']);
  assert.deepEqual(strange(protectedPacket(1), protectedPacket(2, {}, 'nic')), []);
  assert.deepEqual(strange(protectedPacket(1, {}, 'nic'), protectedPacket(2)), []);
  assert.deepEqual(strange(protectedPacket(1, {}, 'nic'), protectedPacket(2, {}, 'road')), ['nic esp 0x1234abcd']);
});

test('an SA that was ever one for sending is one, whatever a later table says', () => {
  const inward = anSa({ direction: 'in' });
  const shown = (sa: IpsecSa): Step[] => [
    [2, 'west', 'command'],
    [2, 'west', { sas: [sa] }],
  ];
  const strange = (first: IpsecSa, later: IpsecSa): number =>
    kindsOf({ steps: [[1, 'west', added(first)], ...shown(later)], packets: [protectedPacket(100)] }).length;
  assert.deepEqual([strange(inward, out), strange(out, inward), strange(inward, inward)], [0, 0, 1]);
});

const policy = aPolicy({ selector: toPeer });
const strayAt = (at: number, steps: readonly Step[], inner = ping): number =>
  kindsOf({ steps: [[1, 'west', added(out)], ...steps], packets: [protectedPacket(at, { inner })] }).length;

test('one template of the request id is enough, as where ESP stands below IPComp', () => {
  const templates = [aTemplate({ protocol: 'ipcomp', reqid: 9 }), aTemplate()];
  assert.equal(strayAt(100, [[1, 'west', installed(aPolicy({ selector: toPeer, templates }))]]), 0);
});

test('a policy counts as it was until a hundredth of a second ago, and as it is a hundredth later, both included', () => {
  assert.equal(strayAt(190, [[200, 'west', installed(policy)]]), 0);
  assert.equal(strayAt(189.9, [[200, 'west', installed(policy)]]), 1);
  const gone: Step[] = [
    [1, 'west', installed(policy)],
    [200, 'west', removed(policy)],
  ];
  assert.equal(strayAt(210, gone), 0);
  assert.equal(strayAt(210.1, gone), 1);
  const changed = (change: Partial<IpsecPolicy>): Step => [
    50,
    'west',
    { event: { kind: 'policy-updated', policy: { ...policy, ...change } } },
  ];
  const moved = changed({ templates: [aTemplate({ reqid: 9 })] });
  assert.equal(strayAt(100, [[1, 'west', installed(policy)], moved]), 0);
});

/** An ICMP error from elsewhere about a datagram that came from the peer. */
const aboutDatagram = (source: number, destination: number): IpPacket => {
  const quoted = ipv4(17, udp(source, destination, new Uint8Array(2)));
  quoted.set(bytes('c6336402 c0000201'), 12);
  const error = ipv4(1, concat([bytes('0301 0000 00000000'), quoted]));
  error.set(bytes('c0a80001'), 12);
  return innerOf(error);
};
const port = (number: number): { port: number; mask: number } => ({ port: number, mask: 0xffff });

test('an ICMP error is weighed by the ports of what it is about, turned round', () => {
  const errors = (sourcePort: number, destinationPort: number): number => {
    const selector = { ...toPeer, protocol: 17, sourcePort: port(sourcePort), destinationPort: port(destinationPort) };
    return strayAt(100, [[1, 'west', installed(aPolicy({ selector, flags: ['icmp'] }))]], aboutDatagram(7, 9));
  };
  assert.deepEqual([errors(9, 7), errors(7, 9), errors(9, 8), errors(8, 7)], [0, 1, 1, 1]);
});

test('an error about what has no ports is about ports of zero', () => {
  const quoted = ipv4(50, new Uint8Array(8));
  quoted.set(bytes('c6336402 c0000201'), 12);
  const error = ipv4(1, concat([bytes('0301 0000 00000000'), quoted]));
  error.set(bytes('c0a80001'), 12);
  const errors = (selector: Partial<typeof toPeer>): number =>
    strayAt(
      100,
      [[1, 'west', installed(aPolicy({ selector: { ...toPeer, ...selector }, flags: ['icmp'] }))]],
      innerOf(error),
    );
  assert.equal(errors({}), 0);
  assert.deepEqual([errors({ sourcePort: port(0) }), errors({ sourcePort: port(1) })], [0, 1]);
  assert.deepEqual([errors({ destinationPort: port(0) }), errors({ destinationPort: port(1) })], [0, 1]);
});

test('a policy for errors lets nothing pass that is none', () => {
  const elsewhere = { ...toPeer, destination: { address: '203.0.113.0', prefix: 24 } };
  assert.equal(strayAt(100, [[1, 'west', installed(aPolicy({ selector: elsewhere, flags: ['icmp'] }))]]), 1);
});

test('every frame whose ESP carries cleartext is listed as a leak, copies included, and nothing else is', () => {
  const packets = [
    protectedPacket(100, { ...refused, reason: 'cleartext' }),
    protectedPacket(101, { ...refused, reason: 'cleartext', copy: true }),
    protectedPacket(102, refused),
    protectedPacket(103, { word: 'unjudged', reason: 'cleartext' }),
    protectedPacket(104),
  ];
  const { leaks } = wireOf(evidenceOf({ packets }));
  assert.deepEqual(
    leaks,
    packets.slice(0, 2).map(({ frame }) => ({ kind: 'not-encrypted', frame })),
  );
});
