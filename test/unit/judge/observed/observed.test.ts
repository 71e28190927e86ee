import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { ProtectedPacket, SeenFrame } from '../../../../src/evidence/evidence.ts';
import { type Limits, limits } from '../../../../src/judge/observed/limits.ts';
import { observedOf, observedText } from '../../../../src/judge/observed/observed.ts';
import { type Observed, observedSchema } from '../../../../src/model/observed.ts';
import { bytes, concat, ipv4, tcp, u32, udp } from '../../evidence/build.ts';
import { aLarvalSa, anSa, aPolicy } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, installed, protectedPacket, seen, toPeer } from '../oracles/evidence.ts';
import { labOf, numbered, observed } from './seen-lab.ts';

const ping = ipv4(1, bytes('08000000 00010001'));
const ike = (id: number): Uint8Array =>
  ipv4(17, udp(500, 500, concat([bytes('1111111111111111 2222222222222222 00 20 22 08'), u32(id), u32(28)])));

function esp(at: number, sequence: number, change: Partial<ProtectedPacket> = {}): ProtectedPacket {
  const content = ipv4(50, concat([u32(0x1234abcd), u32(sequence), new Uint8Array(24)]));
  return protectedPacket(at, { frame: seen(at, content), sequence, ...change });
}

/** Packets in the frames that bring them, numbered as in one capture. */
function inFrames(packets: readonly ProtectedPacket[]): { packets: ProtectedPacket[]; frames: SeenFrame[] } {
  const frames = numbered(packets.map(({ frame }) => frame));
  return { frames, packets: packets.map((packet, at) => ({ ...packet, frame: frames[at] as SeenFrame })) };
}

/** Each entry of traffic as `kind frames`. */
function entries({ traffic, flows }: Observed): string[] {
  return traffic.map(({ flow, frames }) => `${flows[flow]?.kind} ${frames}`);
}

const protectPeer = installed(aPolicy({ direction: 'out', selector: toPeer, priority: 1000 }));

test('a protected packet has its word, number, SA, encapsulation, and what was inside', () => {
  const inner = seen(1, ping).packet.dissected.ip;
  assert.ok(inner);
  const one = esp(1, 7, { inner, encapsulation: 'udp', word: 'replayed' });
  const other = esp(2, 8, { word: 'refused', reason: 'integrity', copy: true });
  const { flows, traffic } = observed(evidenceOf(inFrames([one, other])));
  const place = { link: 0, from: 0, to: 1, ends: '192.0.2.1 > 198.51.100.2' };
  assert.deepEqual(flows, [
    {
      ...place,
      kind: 'protected',
      protection: {
        protocol: 'esp',
        spi: '0x1234abcd',
        encapsulation: 'udp',
        word: 'replayed',
        inner: '192.0.2.1 > 198.51.100.2 ICMP echo request',
      },
    },
    {
      ...place,
      kind: 'protected',
      protection: { protocol: 'esp', spi: '0x1234abcd', word: 'refused', reason: 'integrity', copy: true },
    },
  ]);
  assert.deepEqual(traffic, [
    { flow: 0, t: 1000, frames: '1', sequence: '7' },
    { flow: 1, t: 2000, frames: '2', sequence: '8' },
  ]);
});

test('packets of one flow are one entry until a command, an IKE message or a change of an SA', () => {
  const sa = anSa();
  const frames = numbered([1, 2, 4, 5, 7].map((at) => seen(at, ping)));
  const more = numbered([...frames, seen(8, ike(1)), seen(9, ping), seen(11, ping), seen(12, ping)]);
  const steps = [
    [6, 'west', added(sa)],
    [10, 'west', deleted(sa)],
  ] as const;
  const found = observed(evidenceOf({ steps, frames: more, commands: [[3, 'ping']] }));
  assert.deepEqual(entries(found), ['clear 1-2', 'clear 3-4', 'clear 5', 'ike 6', 'clear 7', 'clear 8-9']);
  assert.deepEqual(
    found.traffic.map(({ t, until }) => [t, until]),
    [
      [1000, 2000],
      [4000, 5000],
      [7000, undefined],
      [8000, undefined],
      [9000, undefined],
      [11_000, 12_000],
    ],
  );
});

test('flows that alternate are one entry each', () => {
  const frames = numbered(Array.from({ length: 20 }, (_, at) => seen(at, ping, at % 2 === 0 ? 'west' : 'east')));
  assert.deepEqual(entries(observed(evidenceOf({ frames }))), ['clear 1-19/2', 'clear 2-20/2']);
});

test('an IKE message is told once, with every link and time at which it was seen', () => {
  const frames = numbered([seen(1, ike(1)), seen(2, ike(1)), seen(3, ike(1), 'east'), seen(4, ike(2))]);
  const { messages, traffic } = observed(evidenceOf({ frames }));
  assert.deepEqual(
    messages.map(({ text, flags }) => [text, flags]),
    [
      ['IKE_SA_INIT request 1', ['unanswered']],
      ['IKE_SA_INIT request 2', ['unanswered']],
    ],
  );
  assert.deepEqual(
    traffic.map(({ message, flags }) => [message, flags]),
    [
      [0, undefined],
      [0, ['again']],
      [0, undefined],
      [1, undefined],
    ],
  );
});

test('what nobody protects is not in clear, and frames without IP are named', () => {
  const report = ipv4(2, bytes('22000000 00000000'));
  report.set(bytes('e0000016'), 16);
  const stream = ipv4(6, tcp({ source: 33000, destination: 4500, sequence: 1 }));
  const fragments = [
    ipv4(17, udp(7, 7, new Uint8Array(8)), { fragment: 0x2000 }),
    ipv4(17, new Uint8Array(8), { fragment: 0x2002 }),
  ];
  const frames = numbered([ping, report, stream, ...fragments].map((content, at) => seen(at, content)));
  const { flows } = observed(evidenceOf({ frames }));
  assert.deepEqual(
    flows.map(({ kind, text }) => `${kind} ${text}`),
    [
      'clear 192.0.2.1 > 198.51.100.2 ICMP echo request',
      'other 192.0.2.1 > 224.0.0.22 IGMP',
      'other 192.0.2.1:33000 > 198.51.100.2:4500 TCP ACK',
      'clear 192.0.2.1:7 > 198.51.100.2:7 UDP (fragment at 0)',
      'other 192.0.2.1 > 198.51.100.2 UDP (fragment at 16)',
    ],
  );
});

test('numbers that are missing or late are flagged', () => {
  const { traffic } = observed(evidenceOf(inFrames([1, 2, 5, 4].map((sequence, at) => esp(at, sequence)))));
  assert.deepEqual(traffic, [
    { flow: 0, t: 0, until: 3000, frames: '1-4', sequence: '1-2,5,4', flags: ['lost', 'reordered'] },
  ]);
});

test('every leaked frame is listed, of each kind, and those that issues name have their time', () => {
  const clear = Array.from({ length: 12 }, (_, at) => seen(100 + at, ping, at === 5 ? 'east' : 'west'));
  const unencrypted = esp(200, 1, { word: 'refused', reason: 'cleartext' });
  const copy = esp(201, 1, { word: 'refused', reason: 'cleartext', copy: true });
  const frames = numbered([...clear, unencrypted.frame, copy.frame, seen(300, ping, 'east')]);
  const packets = [unencrypted, copy].map((packet, at) => ({ ...packet, frame: frames[12 + at] as SeenFrame }));
  const evidence = evidenceOf({ steps: [[1, 'west', protectPeer]], frames, packets });
  const lab = labOf(evidence);
  const byCheck = [frames[5], frames[14]].map((frame) => ({ kind: 'check-leak' as const, frame: frame as SeenFrame }));
  const found = observedOf({ ...lab, leaks: [...byCheck, ...lab.leaks] }, limits);
  assert.deepEqual(found.leaks, [
    { kind: 'check-leak', link: 0, host: 1, frames: '6,15' },
    { kind: 'cleartext', link: 0, host: 0, frames: '1-5,7-12' },
    { kind: 'not-encrypted', link: 0, host: 0, frames: '13-14' },
  ]);
  assert.deepEqual(
    found.traffic.map(({ flow, frames: numbers }) => [found.flows[flow]?.leak, numbers]),
    [
      ['cleartext', '1-5,7-12'],
      ['check-leak', '6,15'],
      ['not-encrypted', '13'],
      ['not-encrypted', '14'],
    ],
  );
  assert.deepEqual(found.named, [
    ...[1, 2, 3, 4, 5].map((frame) => ({ link: 0, frame, t: 99_000 + 1000 * frame })),
    { link: 0, frame: 13, t: 200_000 },
  ]);
});

test('of two kinds of leak a frame counts as the weightier in its flow, and is listed under both', () => {
  const frames = numbered([seen(100, ping)]);
  const lab = labOf(evidenceOf({ steps: [[1, 'west', protectPeer]], frames }));
  const leaks = [{ kind: 'check-leak' as const, frame: frames[0] as SeenFrame }, ...lab.leaks];
  const found = observedOf({ ...lab, leaks }, limits);
  assert.equal(found.flows[0]?.leak, 'cleartext');
  assert.deepEqual(
    found.leaks.map(({ kind, frames: numbers }) => [kind, numbers]),
    [
      ['check-leak', '1'],
      ['cleartext', '1'],
    ],
  );
});

test('SAs have their lives and algorithms, and no key stands anywhere', () => {
  const sa = anSa({ direction: 'out', esn: true, use: { bytes: 84n, packets: 1n, addTime: 0n, useTime: 0n } });
  const evidence = evidenceOf({
    steps: [
      [0, 'west', added(aLarvalSa({ spi: 7 }))],
      [1, 'west', added(sa)],
      [9, 'west', deleted(sa)],
    ],
  });
  assert.deepEqual(observed(evidence).sas, [
    {
      host: 0,
      protocol: 'esp',
      spi: '0x1234abcd',
      direction: 'out',
      reqid: 16389,
      source: '192.1.2.45',
      destination: '192.1.2.23',
      mode: 'tunnel',
      esn: true,
      algorithms: 'rfc4106(gcm(aes)) 288',
      selector: '0.0.0.0/0 > 0.0.0.0/0',
      packets: '1',
      bytes: '84',
      born: 1000,
      ended: { t: 9000, why: 'deleted' },
    },
  ]);
  const key = Buffer.from(sa.aead?.key ?? []);
  assert.equal(key.length, 36);
  const text = observedText(labOf(evidence));
  for (const encoding of ['hex', 'base64', 'latin1'] as const) assert.ok(!text.includes(key.toString(encoding)));
});

const tight: Limits = { sas: 1, incidents: 1, messages: 1, traffic: 3, ranges: 2 };

test('what is over a limit is counted, and the first is kept', () => {
  const frames = numbered([seen(1, ike(1)), seen(2, ike(2)), ...[3, 4, 6, 7].map((at) => seen(at, ping))]);
  const steps = [1, 2, 3].map((spi) => [0.5, 'west', added(anSa({ spi }))] as const);
  const commands = [3.5, 5, 6.5].map((at) => [at, 'x'] as const);
  const found = observedOf(labOf(evidenceOf({ steps, frames, commands })), tight);
  assert.deepEqual(entries(found), ['ike 1', 'clear 3', 'clear 4']);
  assert.deepEqual(found.left, { sas: 2, messages: 1, packets: 2 });
  assert.equal(found.flows.length, 2);
});

test('of an entry with many holes the first ranges are kept', () => {
  const at = [1, 2, 5, 6, 9, 10];
  const frames = at.map((number) => ({ ...seen(number, ping), number }));
  const found = observedOf(labOf(evidenceOf({ frames })), tight);
  assert.deepEqual(entries(found), ['clear 1-2,5-6']);
  assert.equal(found.left.packets, 2);
});

test('leaks are never left out: beyond the limit they are told together', () => {
  const contents = [1, 2, 3, 4, 5, 6].map((port) => ipv4(17, udp(port, 7, new Uint8Array(4))));
  const frames = contents.map((content, at) => ({ ...seen(100 + at, content), number: 3 * at + 1 + (at % 2) }));
  const lab = labOf(evidenceOf({ steps: [[1, 'west', protectPeer]], frames }));
  const found = observedOf(lab, { ...tight, traffic: 1 });
  assert.deepEqual(found.leaks, [{ kind: 'cleartext', link: 0, host: 0, frames: '1,5,7,11,13,17' }]);
  assert.deepEqual(
    found.traffic.map(({ flow, t, until, frames: numbers }) => [found.flows[flow]?.text, t, until, numbers]),
    [
      ['192.0.2.1:1 > 198.51.100.2:7 UDP', 100_000, undefined, '1'],
      ['packets of more flows', 101_000, 105_000, '5,7,11,13,17'],
    ],
  );
  assert.deepEqual(
    found.flows.map(({ leak }) => leak),
    ['cleartext', 'cleartext'],
  );
  assert.deepEqual(found.left, { sas: 0, messages: 0, packets: 0 });
});

test('the text is what its schema says, the same each time, and has a bound', () => {
  const frames = numbered(
    Array.from({ length: 9000 }, (_, at) => seen(at, ipv4(17, udp(1 + at, 7, new Uint8Array(4))))),
  );
  const lab = labOf(evidenceOf({ frames, steps: [[1, 'west', added(anSa())]] }));
  const text = observedText(lab);
  assert.ok(observedText(lab) === text);
  assert.ok(text.length <= 256 << 10, String(text.length));
  const found = observedSchema.parse(JSON.parse(text));
  assert.ok(isDeepStrictEqual(found, JSON.parse(text)), 'the schema has no field for something that is written');
  assert.equal(found.left.packets + found.traffic.length, 9000);
  assert.ok(found.traffic.length > 500);
});
