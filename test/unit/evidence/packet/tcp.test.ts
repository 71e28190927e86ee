import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TcpFraming } from '../../../../src/evidence/packet/tcp-framing.ts';
import { sequenceDistance, TcpStream } from '../../../../src/evidence/packet/tcp-stream.ts';
import { messagesOf, readWire } from '../../../../src/evidence/packet/wire.ts';
import { bytes, concat, ethernet, ipv4, tcp, u16, u32 } from '../build.ts';

const prefix = new TextEncoder().encode('IKETCP');
const ike = (size: number): Uint8Array => concat([u32(0), new Uint8Array(size).fill(7)]);
const esp = concat([u32(0x1001), u32(1), bytes('aabbcc')]);
/** RFC 9329, 3: the length counts itself. */
const framed = (message: Uint8Array): Uint8Array => concat([u16(message.length + 2), message]);

test('sequence numbers are compared modulo 2^32', () => {
  assert.equal(sequenceDistance(1, 0xffffffff), 2);
  assert.equal(sequenceDistance(0xffffffff, 1), -2);
});

test('segments in any order, cut anywhere and sent again give each byte once', () => {
  const segments = fc.array(fc.tuple(fc.nat({ max: 99 }), fc.integer({ min: 1, max: 40 })), { maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), segments, (start, list) => {
      const data = Uint8Array.from({ length: 100 }, (_, index) => index);
      const stream = new TcpStream(start);
      const ready = [...list, [0, 100] as const].flatMap(([at, length]) =>
        stream.add((start + at) >>> 0, data.subarray(at, at + length)),
      );
      assert.deepEqual(concat(ready), data);
      assert.equal(stream.next, (start + 100) >>> 0);
    }),
  );
});

test('a stream cut anywhere gives its messages', () => {
  const stream = concat([prefix, framed(ike(30)), framed(esp), framed(bytes('ff')), framed(bytes(''))]);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length })), (cuts) => {
      const framing = new TcpFraming(true);
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      const messages = places.flatMap((at, index) => framing.push(stream.subarray(places[index - 1] ?? 0, at)));
      assert.deepEqual(messages, [
        { kind: 'ike', bytes: new Uint8Array(30).fill(7) },
        { kind: 'esp', spi: 0x1001, sequence: 1, bytes: esp },
        { kind: 'keepalive' },
        { kind: 'short' },
      ]);
    }),
  );
});

test('a stream without the prefix or with an impossible length is left alone', () => {
  const web = new TcpFraming(true);
  assert.deepEqual([web.push(new TextEncoder().encode('GET / HTTP/1.1')), web.foreign], [[], true]);
  const broken = new TcpFraming(false);
  assert.deepEqual([broken.push(concat([framed(esp), bytes('0001'), framed(esp)])).length, broken.foreign], [1, true]);
  assert.deepEqual(broken.push(framed(esp)), []);
});

interface Segment {
  readonly source: number;
  readonly destination: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags?: number;
  readonly data?: Uint8Array;
}
const kinds = (segments: readonly Segment[]): string[] => {
  const frames = segments.map(({ data, ...fields }) => ({
    time: 0n,
    frame: ethernet(0x0800, ipv4(6, tcp(fields, data))),
  }));
  return readWire(frames).flatMap((packet) =>
    messagesOf(packet).map(
      ({ message, encapsulation, sourcePort }) => `${packet.index} ${sourcePort} ${encapsulation} ${message.kind}`,
    ),
  );
};

test('both directions of a connection are followed from its SYN', () => {
  const there = { source: 40_000, destination: 4500 };
  const split = framed(ike(30));
  // The frames of both directions have the same addresses here; ports keep them apart.
  const back = { source: 4500, destination: 40_000 };
  assert.deepEqual(
    kinds([
      { ...there, sequence: 0xffffffff, flags: 2 },
      { ...back, sequence: 99, flags: 0x12 },
      { ...there, sequence: 0, data: prefix },
      { ...there, sequence: 6, data: split.subarray(0, 10) },
      { ...there, sequence: 6 + split.length, data: framed(esp) },
      { ...there, sequence: 16, data: split.subarray(10) },
      { ...there, sequence: 16, data: split.subarray(10) },
    ]),
    ['5 40000 tcp ike', '5 40000 tcp esp'],
  );
});

test('the prefix alone shows an encapsulated connection, on any port and without its SYN', () => {
  const segments: Segment[] = [
    { source: 50_000, destination: 443, sequence: 500, acknowledgement: 900, data: prefix },
    { source: 50_000, destination: 443, sequence: 506, acknowledgement: 900, data: framed(ike(28)) },
    { source: 50_001, destination: 443, sequence: 1, data: framed(esp) },
  ];
  assert.deepEqual(kinds(segments), ['1 50000 tcp ike']);
});
