import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FragmentReassembler, type Reassembled } from '../../../../src/evidence/packet/fragments.ts';
import { dissectIp } from '../../../../src/evidence/packet/ip.ts';
import { bytes, concat, fragmentHeader, ipv4, ipv6, udp } from '../build.ts';

const second = 1_000_000_000n;

interface Cut {
  readonly offset: number;
  readonly more: boolean;
  readonly data: Uint8Array;
}

/** A payload in pieces of `size` bytes. */
function cut(payload: Uint8Array, size: number): Cut[] {
  const count = Math.ceil(payload.length / size);
  return Array.from({ length: count }, (_, index) => ({
    offset: index * size,
    more: index + 1 < count,
    data: payload.subarray(index * size, (index + 1) * size),
  }));
}
const four = ({ offset, more, data }: Cut, id = 7): Uint8Array =>
  ipv4(17, data, { id, fragment: (more ? 0x2000 : 0) | (offset / 8) });
const six = ({ offset, more, data }: Cut): Uint8Array => ipv6(44, concat([fragmentHeader(17, offset, more), data]));

function add(
  reassembler: FragmentReassembler,
  packet: Uint8Array,
  at = { time: 0n, part: 0 },
): Reassembled | undefined {
  const ip = dissectIp(packet);
  assert.ok(ip);
  return reassembler.add(ip, at.time, at.part);
}

test('fragments in any order, some twice, give the datagram once', () => {
  const permutation = fc.array(fc.nat({ max: 6 }), { maxLength: 30 });
  fc.assert(
    fc.property(permutation, fc.boolean(), (order, version6) => {
      const datagram = udp(
        4500,
        4500,
        Uint8Array.from({ length: 6 * 64 + 5 }, (_, index) => index),
      );
      const pieces = cut(datagram, 64);
      const reassembler = new FragmentReassembler();
      const all = [...order, ...pieces.keys()];
      const whole = all.flatMap((index, part) => {
        const piece = pieces[index];
        assert.ok(piece);
        return add(reassembler, version6 ? six(piece) : four(piece), { time: 0n, part }) ?? [];
      });
      assert.ok(whole.length >= 1);
      for (const { packet, parts } of whole) {
        assert.deepEqual(packet.bytes, version6 ? ipv6(17, datagram) : ipv4(17, datagram));
        assert.deepEqual([packet.fragment, packet.upper.kind, packet.protocol], [undefined, 'udp', 17]);
        assert.deepEqual(new Set(parts.map((part) => all[part])), new Set(pieces.keys()));
      }
    }),
  );
});

test('options and headers in front of the fragment header are kept', () => {
  const datagram = udp(1, 2, new Uint8Array(56));
  const front = bytes('2c 00 0502 0000 0100');
  const reassembler = new FragmentReassembler();
  const packets = cut(datagram, 32).map(({ offset, more, data }) =>
    ipv6(0, concat([front, fragmentHeader(17, offset, more), data])),
  );
  const whole = packets.map((packet) => add(reassembler, packet)).at(-1);
  assert.deepEqual(whole?.packet.bytes, ipv6(0, concat([bytes('11 00 0502 0000 0100'), datagram])));
});

test('overlapping fragments end their datagram', () => {
  const reassembler = new FragmentReassembler();
  const piece = (offset: number, length: number, more: boolean): Uint8Array =>
    four({ offset, more, data: new Uint8Array(length) });
  assert.equal(add(reassembler, piece(0, 24, true)), undefined);
  assert.equal(add(reassembler, piece(16, 16, true)), undefined);
  // All is forgotten: the rest alone is not enough.
  assert.equal(add(reassembler, piece(24, 8, false)), undefined);
  assert.ok(add(reassembler, piece(0, 24, true)));
});

test('fragments older than the kernel keeps them are forgotten', () => {
  const [head, tail] = cut(new Uint8Array(64), 32).map((piece) => four(piece));
  assert.ok(head && tail);
  for (const [delay, complete] of [
    [30n * second, true],
    [30n * second + 1n, false],
  ] as const) {
    const reassembler = new FragmentReassembler();
    add(reassembler, head, { time: second, part: 0 });
    assert.equal(add(reassembler, tail, { time: second + delay, part: 1 }) !== undefined, complete);
  }
});

test('what is held is bounded', () => {
  const reassembler = new FragmentReassembler();
  const [head, tail] = cut(new Uint8Array(64), 32);
  assert.ok(head && tail);
  for (let id = 0; id < 1000; id += 1) add(reassembler, four(head, id));
  assert.equal(add(reassembler, four(tail, 1)), undefined);
  assert.ok(add(reassembler, four(tail, 999)));
  // Beyond 65535 bytes: no datagram.
  const late = { offset: 65_528, more: false, data: new Uint8Array(100) };
  assert.equal(add(reassembler, four(late)), undefined);
});
