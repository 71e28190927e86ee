import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dissect } from '../../../../src/evidence/packet/dissect.ts';
import { dissectIp, dissectPayload } from '../../../../src/evidence/packet/ip.ts';
import type { IpPacket, Upper } from '../../../../src/evidence/packet/packet.ts';
import { bytes, concat, ethernet, fragmentHeader, ipv4, ipv6, tcp, u16, u32, udp } from '../build.ts';

const espBytes = bytes('12345678 00000007 0011223344556677');

/** The packet of a frame that must have one. */
function packet(frame: Uint8Array): IpPacket {
  const { ip, problem } = dissect(frame);
  assert.equal(problem, undefined);
  assert.ok(ip);
  return ip;
}
const upper4 = (protocol: number, payload: Uint8Array): Upper =>
  packet(ethernet(0x0800, ipv4(protocol, payload))).upper;

test('an Ethernet frame tells its addresses, tags and type', () => {
  const tagged = concat([
    bytes('020000000002 0a00000000ff 88a8 a064 8100 0003 0800'),
    ipv4(50, espBytes),
    bytes('000000000000'),
  ]);
  const { sourceMac, destinationMac, vlans, etherType, payload, ip } = dissect(tagged);
  assert.deepEqual(
    { sourceMac, destinationMac, vlans, etherType, payload },
    {
      sourceMac: '0a:00:00:00:00:ff',
      destinationMac: '02:00:00:00:00:02',
      vlans: [100, 3],
      etherType: 0x0800,
      payload: 22,
    },
  );
  // What pads the frame is no part of the packet.
  assert.equal(ip?.end, 22 + 20 + espBytes.length);
});

test('ARP tells who asks for whom', () => {
  const body = bytes('0001 0800 0604 0002 020000000001 c0000201 020000000002 c6336402');
  assert.deepEqual(dissect(ethernet(0x0806, body)).arp, {
    operation: 2,
    senderMac: '02:00:00:00:00:01',
    senderAddress: '192.0.2.1',
    targetMac: '02:00:00:00:00:02',
    targetAddress: '198.51.100.2',
  });
  assert.match(dissect(ethernet(0x0806, body.subarray(0, 20))).problem ?? '', /ARP/);
});

test('an IPv4 header with options is taken apart', () => {
  const frame = ethernet(0x0800, ipv4(50, espBytes, { options: bytes('94040000'), fragment: 0x4000 }));
  const { bytes: all, upper, ...rest } = packet(frame);
  assert.equal(all, frame);
  assert.deepEqual(rest, {
    version: 4,
    start: 14,
    payload: 38,
    end: frame.length,
    truncated: false,
    source: '192.0.2.1',
    destination: '198.51.100.2',
    trafficClass: 0,
    hopLimit: 64,
    dontFragment: true,
    extensions: [],
    protocol: 50,
  });
  assert.deepEqual(upper, { kind: 'esp', spi: 0x12345678, sequence: 7, bytes: espBytes });
});

test('IPv6 extension headers up to the payload are listed', () => {
  const chain = concat([
    bytes('3c 00 0502 0000 0100'), // hop-by-hop: router alert
    bytes('2b 01 0104 00000000 0104 00000000 0000'), // destination options
    bytes('32 00 0000 00000000'), // routing
    espBytes,
  ]);
  const ip = packet(ethernet(0x86dd, ipv6(0, chain)));
  assert.deepEqual(ip.extensions, [
    { protocol: 0, offset: 54, length: 8 },
    { protocol: 60, offset: 62, length: 16 },
    { protocol: 43, offset: 78, length: 8 },
  ]);
  assert.deepEqual([ip.payload, ip.protocol, ip.upper.kind], [86, 50, 'esp']);
  assert.deepEqual([ip.source, ip.destination, ip.hopLimit], ['2001:db8::1', '2001:db8::2', 63]);
});

test('fragments tell where they belong', () => {
  const first = packet(ethernet(0x0800, ipv4(17, udp(500, 500, new Uint8Array(40)), { id: 5, fragment: 0x2000 })));
  assert.deepEqual(first.fragment, { id: 5, offset: 0, more: true, nextHeaderAt: -1, repeatedEnd: 34 });
  assert.ok(first.upper.kind === 'udp' && first.upper.message === undefined && first.upper.sourcePort === 500);
  const last = packet(ethernet(0x0800, ipv4(17, new Uint8Array(9), { id: 5, fragment: 185 })));
  assert.deepEqual(last.fragment, { id: 5, offset: 1480, more: false, nextHeaderAt: -1, repeatedEnd: 34 });
  assert.equal(last.upper.kind, 'later-fragment');
  const six = packet(ethernet(0x86dd, ipv6(44, concat([fragmentHeader(17, 1448, true), new Uint8Array(8)]))));
  assert.deepEqual(six.fragment, { id: 99, offset: 1448, more: true, nextHeaderAt: 20, repeatedEnd: 54 });
  // RFC 6946: neither offset nor more is a whole packet.
  const atomic = packet(ethernet(0x86dd, ipv6(44, concat([fragmentHeader(50, 0, false), espBytes]))));
  assert.deepEqual([atomic.fragment, atomic.upper.kind], [undefined, 'esp']);
});

test('what IP carries is told by its protocol', () => {
  const inner = ipv4(1, bytes('0800 f7ff 0000 0001'));
  const six = ipv6(58, bytes('8700 0000 00000000'));
  const table: readonly (readonly [number, Uint8Array, unknown])[] = [
    [132, bytes('0007 0009 00000000'), { kind: 'ports', sourcePort: 7, destinationPort: 9 }],
    [108, bytes('04 00 dbd0 aabb'), { kind: 'ipcomp', cpi: 0xdbd0, protocol: 4, payload: bytes('aabb') }],
    [1, bytes('0000 ffff 0012 0003'), { kind: 'icmp', version: 4, type: 0, code: 0, echo: { id: 18, sequence: 3 } }],
    [4, inner, { kind: 'tunnel', packet: 'ICMP' }],
    [41, six, { kind: 'tunnel', packet: 'ICMPv6' }],
    [1, concat([bytes('0301 0000 00000000'), inner]), { kind: 'icmp', version: 4, type: 3, code: 1, quoted: 'ICMP' }],
    [47, concat([bytes('2000 0800 0000002a'), inner]), { kind: 'gre', etherType: 0x0800, key: 42, packet: 'ICMP' }],
    [47, bytes('0000 6558 00'), { kind: 'gre', etherType: 0x6558 }],
    [253, bytes('00'), { kind: 'other' }],
    [50, bytes('12345678'), { kind: 'short' }],
    [17, bytes('0000'), { kind: 'short' }],
    [6, bytes('0000'), { kind: 'short' }],
    [51, bytes('32 ff 0000 00000000 00000000'), { kind: 'short' }],
  ];
  for (const [protocol, payload, expected] of table) {
    const upper = Object.entries(upper4(protocol, payload)).map(([name, value]) => {
      const isPacket = name === 'packet' || name === 'quoted';
      return [name, isPacket ? { 1: 'ICMP', 58: 'ICMPv6' }[(value as IpPacket).protocol] : value];
    });
    assert.deepEqual(Object.fromEntries(upper), expected);
  }
});

test('AH gives the places of its ICV and of what it protects', () => {
  // RFC 4302, 2: next header, length in words less 2, reserved, SPI, sequence number, ICV of 96 bits.
  const ah = concat([bytes('32 04 0000'), u32(0xae3ecefb), u32(9), bytes('0102030405060708090a0b0c'), espBytes]);
  assert.deepEqual(upper4(51, ah), {
    kind: 'ah',
    spi: 0xae3ecefb,
    sequence: 9,
    offset: 34,
    icv: 46,
    payload: 58,
    protocol: 50,
    upper: { kind: 'esp', spi: 0x12345678, sequence: 7, bytes: espBytes },
  });
});

test('UDP of IKE and of NAT traversal is told apart', () => {
  const ike = new Uint8Array(28).fill(1);
  const table: readonly (readonly [number, number, Uint8Array, unknown])[] = [
    [500, 500, ike, { kind: 'ike', bytes: ike }],
    [40_000, 500, ike.subarray(0, 27), { kind: 'short' }],
    [4500, 4500, concat([u32(0), ike]), { kind: 'ike', bytes: ike }],
    [33_000, 4500, espBytes, { kind: 'esp', spi: 0x12345678, sequence: 7, bytes: espBytes }],
    [4500, 33_000, bytes('ff'), { kind: 'keepalive' }],
    [4500, 4500, bytes('fe'), { kind: 'short' }],
    // The receiver's socket decides.
    [4500, 500, ike, { kind: 'ike', bytes: ike }],
    [53, 53, ike, undefined],
  ];
  for (const [source, destination, payload, message] of table) {
    const upper = upper4(17, udp(source, destination, payload));
    assert.deepEqual(upper.kind === 'udp' && upper.message, message);
  }
  const told = dissect(ethernet(0x0800, ipv4(17, udp(4600, 4601, espBytes))), { ike: [], encapsulation: [4601] });
  assert.equal(told.ip?.upper.kind === 'udp' && told.ip.upper.message?.kind, 'esp');
});

test('a TCP segment gives sequence number, flags and payload', () => {
  const segment = tcp(
    { source: 4500, destination: 9, sequence: 0xfffffffe, acknowledgement: 3, flags: 0x18 },
    bytes('0102'),
  );
  assert.deepEqual(upper4(6, segment), {
    kind: 'tcp',
    sourcePort: 4500,
    destinationPort: 9,
    sequence: 0xfffffffe,
    acknowledgement: 3,
    flags: 0x18,
    payload: bytes('0102'),
  });
});

test('what ESP carried is understood without a frame', () => {
  assert.equal(dissectIp(ipv4(50, espBytes))?.upper.kind, 'esp');
  assert.equal(dissectIp(ipv6(50, espBytes))?.upper.kind, 'esp');
  assert.equal(dissectIp(bytes('50')), undefined);
  assert.equal(dissectPayload(17, udp(1, 2, bytes('00'))).kind, 'udp');
  assert.equal(dissectPayload(4, ipv4(50, espBytes)).kind, 'tunnel');
});

test('what is cut short is told, and what was there is kept', () => {
  const whole = ethernet(0x0800, ipv4(50, espBytes));
  assert.deepEqual(packet(whole.subarray(0, whole.length - 2)).truncated, true);
  assert.match(dissect(whole.subarray(0, 20)).problem ?? '', /IP header/);
  assert.match(dissect(whole.subarray(0, 9)).problem ?? '', /link header/);
  assert.match(dissect(ethernet(0x86dd, ipv4(50, espBytes))).problem ?? '', /version 4/);
  const wrong = concat([ethernet(0x0800, Uint8Array.of(0x45, 0)), u16(19), ipv4(50, espBytes).subarray(4)]);
  assert.match(packet(wrong).problem ?? '', /total length/);
  const chain = packet(ethernet(0x86dd, ipv6(0, bytes('32ff000000000000'))));
  assert.match(chain.problem ?? '', /extension header/);
  assert.equal(chain.upper.kind, 'short');
});

test('packets in packets end at a depth', () => {
  let nested = ipv4(50, espBytes);
  for (let n = 0; n < 3000; n += 1) nested = ipv4(4, nested);
  let depth = 0;
  for (let at: IpPacket | undefined = dissectIp(nested); at; depth += 1) {
    at = at.upper.kind === 'tunnel' ? at.upper.packet : undefined;
  }
  assert.equal(depth, 9);
});
