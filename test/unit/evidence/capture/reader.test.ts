import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostPackets, readCapture } from '../../../../src/evidence/capture/reader.ts';
import { bytes, concat, fixture, fixtures } from '../build.ts';

/** Blocks of pcapng by hand; `big` is the byte order. */
function blocks(big: boolean) {
  const number = (value: number, size: 2 | 4): Uint8Array => {
    const view = new DataView(new ArrayBuffer(size));
    if (size === 2) view.setUint16(0, value, !big);
    else view.setUint32(0, value, !big);
    return new Uint8Array(view.buffer);
  };
  const u16 = (value: number): Uint8Array => number(value, 2);
  const u32 = (value: number): Uint8Array => number(value, 4);
  const padded = (value: Uint8Array): Uint8Array => concat([value, new Uint8Array(-value.length & 3)]);
  const block = (type: number, ...parts: Uint8Array[]): Uint8Array => {
    const body = concat(parts);
    return concat([u32(type), u32(body.length + 12), body, u32(body.length + 12)]);
  };
  const option = (code: number, value: string | Uint8Array): Uint8Array => {
    const data = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return concat([u16(code), u16(data.length), padded(data)]);
  };
  const section = (...options: Uint8Array[]): Uint8Array =>
    block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff), ...options);
  const iface = (...options: Uint8Array[]): Uint8Array => block(1, u16(1), u16(0), u32(100), ...options);
  const packet = (at: { iface: number; high: number; low: number }, frame: Uint8Array, ...options: Uint8Array[]) =>
    block(6, u32(at.iface), u32(at.high), u32(at.low), u32(frame.length), u32(1000), padded(frame), ...options);
  const simple = (length: number, frame: Uint8Array): Uint8Array => block(3, u32(length), padded(frame));
  return { block, option, section, iface, packet, simple, end: u32(0) };
}

test('a capture in either byte order reads the same', () => {
  for (const big of [false, true]) {
    const { block, option, section, iface, packet, simple, end } = blocks(big);
    const file = concat([
      section(option(1, 'of the file'), end),
      iface(option(2, 'west-east'), option(9, Uint8Array.of(9)), option(1, 'of the link'), end),
      iface(),
      block(0x99, bytes('01020304')),
      packet({ iface: 0, high: 0x18490000, low: 5 }, bytes('aabbcc'), option(1, 'one'), option(1, 'two'), end),
      packet({ iface: 1, high: 0, low: 7 }, bytes('')),
      simple(120, new Uint8Array(100).fill(9)),
    ]);
    assert.deepEqual(readCapture(file), {
      interfaces: [
        { name: 'west-east', linkType: 1, snapLength: 100, comments: ['of the link'] },
        { linkType: 1, snapLength: 100, comments: [] },
      ],
      packets: [
        {
          time: (0x18490000n << 32n) + 5n,
          frame: bytes('aabbcc'),
          length: 1000,
          interface: 0,
          comments: ['one', 'two'],
        },
        { time: 7000n, frame: bytes(''), length: 1000, interface: 1 },
        { time: 0n, frame: new Uint8Array(100).fill(9), length: 120, interface: 0 },
      ],
      comments: ['of the file'],
      secrets: [],
    });
  }
});

test('a second section counts its interfaces anew and may have the other byte order', () => {
  const one = blocks(false);
  const two = blocks(true);
  const capture = readCapture(
    concat([
      one.section(),
      one.iface(one.option(2, 'first'), one.end),
      one.packet({ iface: 0, high: 0, low: 1 }, bytes('01')),
      two.section(),
      two.iface(two.option(2, 'second'), two.end),
      two.packet({ iface: 0, high: 0, low: 2 }, bytes('02')),
    ]),
  );
  assert.equal(capture.damage, undefined);
  assert.deepEqual(
    capture.packets.map((packet) => capture.interfaces[packet.interface]?.name),
    ['first', 'second'],
  );
});

test('time stamps follow resolution and offset of their interface', () => {
  const { option, section, iface, packet, end } = blocks(false);
  const time = (low: number, ...options: Uint8Array[]): bigint | undefined =>
    readCapture(concat([section(), iface(...options, end), packet({ iface: 0, high: 0, low }, bytes('00'))])).packets[0]
      ?.time;
  assert.equal(time(3), 3000n);
  assert.equal(time(3, option(9, Uint8Array.of(0))), 3_000_000_000n);
  assert.equal(time(3, option(9, Uint8Array.of(9))), 3n);
  assert.equal(time(3456, option(9, Uint8Array.of(12))), 3n);
  assert.equal(time(3, option(9, Uint8Array.of(0x81))), 1_500_000_000n);
  assert.equal(time(3, option(9, Uint8Array.of(9)), option(14, bytes('0200000000000000'))), 2_000_000_003n);
  assert.equal(time(3, option(9, Uint8Array.of(9)), option(14, bytes('ffffffffffffffff'))), -999_999_997n);
});

test('a capture cut anywhere keeps its whole packets and says that it is torn', () => {
  const whole = fixture('ikev2-in-tcp.pcapng');
  const all = readCapture(whole);
  assert.equal(all.damage, undefined);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), (size) => {
      const { packets, damage } = readCapture(whole.subarray(0, size));
      assert.deepEqual(packets, all.packets.slice(0, packets.length));
      // Between two blocks nothing tells that something is missing.
      if (damage === undefined) assert.ok(packets.length < all.packets.length);
      else assert.equal(damage.kind, 'torn');
    }),
  );
});

test('what is damaged is told with its kind and place', () => {
  const { block, option, section, iface, packet } = blocks(false);
  const head = concat([section(), iface()]);
  const broken = packet({ iface: 0, high: 0, low: 1 }, bytes('00'));
  broken[broken.length - 4] = 99;
  const table: readonly (readonly [Uint8Array, string, number])[] = [
    [bytes(''), 'torn', 0],
    [bytes('d4c3b2a1 02000400 00000000'), 'foreign', 0],
    [concat([head, broken]), 'corrupt', head.length],
    [concat([head, packet({ iface: 1, high: 0, low: 1 }, bytes('00'))]), 'corrupt', head.length],
    [concat([head, block(6, bytes('00000000 00000000 00000000 ffffffff 00000000'))]), 'corrupt', head.length],
    [concat([head, packet({ iface: 0, high: 0, low: 1 }, bytes('00'), bytes('0100ffff'))]), 'corrupt', head.length],
    [concat([head, bytes('06000000 0b000000 0b000000')]), 'corrupt', head.length],
    [block(0x0a0d0d0a, bytes('00000000 01000000 ffffffffffffffff')), 'corrupt', 0],
    [block(0x0a0d0d0a, bytes('4d3c2b1a 02000000 ffffffffffffffff')), 'corrupt', 0],
    [concat([section(option(1, 'x')), block(3, bytes('01000000'))]), 'corrupt', section(option(1, 'x')).length],
  ];
  for (const [file, kind, offset] of table) {
    const { damage } = readCapture(file);
    assert.deepEqual([damage?.kind, damage?.offset], [kind, offset]);
  }
});

test('Espalier’s own captures have one interface and whole frames', () => {
  for (const name of fixtures) {
    const { interfaces, packets, damage } = readCapture(fixture(`${name}.pcapng`));
    assert.equal(damage, undefined);
    assert.deepEqual(interfaces, [{ name: '192_1_2', linkType: 1, snapLength: 65536, comments: [] }]);
    for (const { frame, length, time } of packets) {
      assert.equal(frame.length, length);
      // 2025-06-15, where the labs' clocks begin.
      assert.equal(time / 86_400_000_000_000n, 20254n);
    }
  }
});

test('empty blocks and comments without end are damage, not memory', () => {
  const { option, section, iface, end } = blocks(false);
  const many = Buffer.alloc(12 * (mostPackets + 10));
  for (let at = 0; at < many.length; at += 12) {
    many.writeUInt32LE(0xbad, at);
    many.writeUInt32LE(12, at + 4);
    many.writeUInt32LE(12, at + 8);
  }
  const blocksOnly = readCapture(concat([section(), iface(), many]));
  assert.match(blocksOnly.damage?.message ?? '', /^more than 200000 blocks and options$/);
  const comment = option(1, '');
  const comments = Buffer.alloc((mostPackets + 10) * comment.length, comment);
  assert.notEqual(readCapture(section(comments, end)).damage, undefined);
});
