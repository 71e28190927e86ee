import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { readIp } from '../../../../src/evidence/packet/ip.ts';
import { type IpPacket, wellKnownPorts } from '../../../../src/evidence/packet/packet.ts';
import { countedBySas } from '../../../../src/judge/books/sa-books.ts';
import { bytes, concat, ipv4 } from '../../evidence/build.ts';
import { anSa, aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';
import {
  added,
  evidenceOf,
  type Host,
  installed,
  protectedPacket,
  type Step,
  type Story,
  seen,
} from '../oracles/evidence.ts';

/** An SA that has counted packets. */
const used = (packets: number, other: Partial<IpsecSa> = {}): IpsecSa => {
  const sa = anSa(other);
  return { ...sa, use: { ...sa.use, packets: BigInt(packets) } };
};

/** Hosts that have SAs from the start, and what these have counted at the end of a command. */
function counted(ends: readonly (readonly [host: Host, sa: IpsecSa])[], more: Story = {}): string[] {
  const steps: Step[] = [
    ...(more.steps ?? []),
    ...ends.map(([host, sa]): Step => [1, host, added({ ...sa, use: anSa().use })]),
    [500, 'west', 'command'],
    ...ends.map(([host, sa]): Step => [500, host, { sas: [sa] }]),
  ];
  return countedBySas(evidenceOf({ ...more, steps })).map(({ kind, host, message }) => `${kind} ${host}: ${message}`);
}

const packets = (count: number, change: Partial<ProtectedPacket> = {}): ProtectedPacket[] =>
  Array.from({ length: count }, (_, at) => protectedPacket(100 + at, change));

const out: readonly [Host, IpsecSa] = ['west', used(3, { direction: 'out' })];
const taken: readonly [Host, IpsecSa] = ['east', used(3, { direction: 'in' })];
const gone = [
  'books-open east: the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel) has taken 3 packets, and the captures hold 2',
];

test('an SA that has taken more packets than were captured leaves the books open', () => {
  assert.deepEqual(counted([out, taken], { packets: packets(3) }), []);
  assert.deepEqual(counted([out, taken], { packets: packets(4) }), []);
  assert.deepEqual(counted([out, taken], { packets: packets(2) }), gone);
});

test('packets of another SPI or protocol, and copies on other links, are none of its own', () => {
  for (const other of [{ spi: 1 }, { protocol: 'ah' }, { copy: true }] as const) {
    assert.deepEqual(counted([out, taken], { packets: [...packets(2), ...packets(1, other)] }), gone);
  }
  const refused = [...packets(2), ...packets(1, { word: 'refused', reason: 'integrity' })];
  assert.deepEqual(counted([out, taken], { packets: refused }), []);
});

test('what a sender has counted may be lost before its link', () => {
  assert.deepEqual(counted([out, ['east', used(0, { direction: 'in' })]]), []);
  assert.deepEqual(counted([out]), []);
});

test('an SA of which one host alone has an end may be that of a namespace in the host', () => {
  assert.deepEqual(counted([taken]), []);
});

test('where no SA has a direction, both ends have counted what was taken', () => {
  const ends = (west: number, east: number): readonly (readonly [Host, IpsecSa])[] => [
    ['west', used(west)],
    ['east', used(east)],
  ];
  assert.deepEqual(counted(ends(13, 1), { packets: packets(1) }), []);
  assert.deepEqual(counted(ends(1, 13), { packets: packets(1) }), []);
  assert.equal(counted(ends(13, 2), { packets: packets(1) }).length, 1);
  assert.equal(counted(ends(2, 13), { packets: packets(1) }).length, 1);
  assert.deepEqual(counted([...ends(2, 2), ['road', used(2)]]), [], 'whose it is of three is not known');
});

test('where the sender alone has a direction, the other is the receiver, and the reverse', () => {
  assert.equal(counted([out, ['east', used(3)]]).length, 1);
  assert.deepEqual(counted([out, ['east', used(0)]]), []);
  assert.equal(counted([['west', used(0)], taken]).length, 1);
});

test('IPComp and its companions are left out', () => {
  for (const other of [{ protocol: 'ipcomp' }, { protocol: '4' }] as const) {
    const ends = [out, taken].map(([host, sa]) => [host, { ...sa, ...other }] as const);
    assert.deepEqual(counted(ends), [], JSON.stringify(other));
  }
});

test('an SA that a policy puts inside of another is left out', () => {
  const outer = aTemplate({ protocol: 'ah', reqid: 7 });
  const policy = (...templates: readonly ReturnType<typeof aTemplate>[]): Story => ({
    steps: [[1, 'east', installed(aPolicy({ direction: 'in', templates }))]],
  });
  assert.deepEqual(counted([out, taken], policy(aTemplate(), outer)), []);
  assert.equal(counted([out, taken], policy(aTemplate())).length, 1);
  assert.equal(counted([out, taken], policy(aTemplate({ protocol: 'ipcomp' }), aTemplate())).length, 1);
  assert.equal(counted([out, taken], policy(aTemplate({ reqid: 8 }), outer)).length, 1);
});

/** An ESP packet from west to east, of the SA of `anSa` or another, `at` bytes behind its IP header. */
function esp(spi = '1234abcd', at = 0): Uint8Array {
  const packet = ipv4(50, concat([new Uint8Array(at), bytes(`${spi} 00000001`), new Uint8Array(16)]));
  packet.set(bytes('c001022d c0010217'), 12);
  return packet;
}

test('packets inside of a tunnel in clear count', () => {
  const gre = (inner: Uint8Array) => seen(100, ipv4(47, concat([bytes('0000 0800'), inner])));
  const frames = (inner: Uint8Array): Story => ({ frames: [gre(inner), gre(inner), gre(inner)] });
  assert.deepEqual(counted([out, taken], frames(esp())), []);
  assert.deepEqual(counted([out, taken], frames(esp('1234abcd', 8))), [], 'in UDP');
  assert.equal(counted([out, taken], frames(esp('1234abcd', 4))).length, 1);
  assert.equal(counted([out, taken], frames(esp('1234abce'))).length, 1);
  const bare: Story = { frames: [seen(100, esp()), seen(101, esp()), seen(102, esp())] };
  assert.equal(counted([out, taken], bare).length, 1, 'what is in no tunnel is counted as a packet already');
});

test('packets inside of another SA count where that opens', () => {
  const inner = (packet: Uint8Array): IpPacket => {
    const read = readIp({ bytes: packet, start: 0, end: packet.length }, wellKnownPorts);
    assert.ok(read);
    return read;
  };
  const outer = (packet: Uint8Array) => packets(3, { spi: 9, inner: inner(packet) });
  assert.deepEqual(counted([out, taken], { packets: outer(esp()) }), []);
  assert.equal(counted([out, taken], { packets: outer(esp('1234abce')) }).length, 1);
  const ah = ([host, sa]: readonly [Host, IpsecSa]) => [host, { ...sa, protocol: 'ah' }] as const;
  assert.deepEqual(counted([ah(out), ah(taken)], { packets: outer(esp('1234abcd', 4)) }), []);
  assert.equal(counted([ah(out), ah(taken)], { packets: outer(esp()) }).length, 1);
});
