import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { openAh } from '../../../../src/evidence/wire/ah.ts';
import { bytes, saOf } from './sas.ts';

const ahSa = (change: Partial<IpsecSa> & { name?: string; key: Uint8Array; bits?: number }): IpsecSa => {
  const { name = 'hmac(sha1)', key, bits: truncation = 96, ...rest } = change;
  return saOf({ protocol: 'ah', integrity: { name, key, truncation }, ...rest });
};

/** Both directions of a ping, captured in Espalier's run of libreswan's ah-pluto-01: kernel 7.2.13, libreswan 5.2-2.2. */
const captured = [
  [
    '8dc64c1583acec60b1dc75a00f6326e9a5c9fedb',
    `45000080cb1740004033eaecc001022dc001021704040000ae3ecefb00000001ac6e295459868541e566a28945000054891d400040012c8f
     c00001fec00002fe0800487d004d0001feb54e68000000009a43090000000000101112131415161718191a1b1c1d1e1f2021222324252627
     28292a2b2c2d2e2f3031323334353637`,
  ],
  [
    'a4f2b920be7f7764f8bb3d954f8466b5a33e49ff',
    `450000802fed00004033c617c0010217c001022d040400006e59416300000001e7e29e73cb952a8722b3fb4a450000541c3d00004001d96f
     c00002fec00001fe0000507d004d0001feb54e68000000009a43090000000000101112131415161718191a1b1c1d1e1f2021222324252627
     28292a2b2c2d2e2f3031323334353637`,
  ],
] as const;

test('AH packets that Linux sent open, and what a router changes makes no difference', () => {
  for (const [key, hex] of captured) {
    const sa = ahSa({ key: bytes(key) });
    const packet = bytes(hex);
    const opened = openAh(sa, packet);
    assert.ok(opened.word === 'opened');
    assert.deepEqual([opened.sequence, opened.nextHeader, opened.authenticated, opened.padLength], [1, 4, true, 0]);
    assert.equal(Buffer.from(opened.inner).toString('hex'), packet.subarray(44).toString('hex'));
    assert.equal(packet.toString('hex'), bytes(hex).toString('hex'), 'the packet is left as it was');
    packet.set([0xb8], 1);
    packet.set([0, 0], 6);
    packet.set([61], 8);
    packet.set([0xab, 0xcd], 10);
    assert.equal(openAh(sa, Buffer.concat([packet, Buffer.alloc(6)])).word, 'opened', 'link padding is passed over');
  }
});

test('every other bit of an AH packet is covered', () => {
  const [key, hex] = captured[0];
  const mutable = new Set([1, 6, 7, 8, 10, 11]);
  const whole = bytes(hex);
  for (let at = 0; at < whole.length; at++) {
    if (mutable.has(at)) continue;
    for (let bit = 0; bit < 8; bit++) {
      const packet = Buffer.from(whole);
      packet[at] = (packet[at] ?? 0) ^ (1 << bit);
      assert.equal(openAh(ahSa({ key: bytes(key) }), packet).word, 'refused', `byte ${at}, bit ${bit}`);
    }
  }
});

const key = Buffer.alloc(32, 5);
const ip6 = (last: number): string => `20010db8000000000000000000000${last.toString(16).padStart(3, '0')}`;

/** Puts the ICV of what the receiver is to compute into a packet as it is on the wire. */
function signed(wire: string, canonical: string, place: { ah: number; length: number; behind?: string }): Buffer {
  const packet = bytes(wire);
  const message = Buffer.concat([bytes(canonical), bytes(place.behind ?? '')]);
  const icv = createHmac('sha256', key).update(message).digest().subarray(0, place.length);
  icv.copy(packet, place.ah + 12);
  return packet;
}

const sha256 = (change: Partial<IpsecSa> = {}): IpsecSa => ahSa({ name: 'hmac(sha256)', key, bits: 128, ...change });
const zeros = (count: number): string => '00'.repeat(count);

const payload = 'deadbeef';

test('IPv4 options enter the ICV by their kind', () => {
  // Router alert (94) and security (82) stay; the timestamp (44) goes; the rest behind "end of options" stays.
  const padded = (text: string): string => text.replaceAll(' ', '').padEnd(24 * 2, '0');
  const options = '94040000 82030a 01 44080500 01020304 0011223300';
  const kept = '94040000 82030a 01 00000000 00000000 0011223300';
  const ah = `04050000 00001000 00000007 ${zeros(16)}`;
  const packet = signed(
    `4b10004c1234400040 33ffff c0000201c0000202 ${padded(options)} ${ah} ${payload}`,
    `4b00004c1234000000 330000 c0000201c0000202 ${padded(kept)} ${ah} ${payload}`,
    { ah: 44, length: 16 },
  );
  assert.equal(packet.length, 0x4c);
  const opened = openAh(sha256(), packet);
  assert.ok(opened.word === 'opened');
  assert.deepEqual([opened.sequence, opened.padLength, opened.paddingValid], [7, 0, true]);
});

test('with a source route on the way the ICV is that for its last address', () => {
  const ah = `04050000 00001000 00000007 ${zeros(16)}`;
  for (const type of ['83', '89']) {
    for (const [pointer, destination] of [
      ['04', 'c0000263'],
      ['08', 'c0000263'],
      ['0c', 'c0000202'],
    ] as const) {
      const wire = `48000040000040004033ffff c0000201 c0000202 ${type}0b${pointer} c0000262 c0000263 00 ${ah} ${payload}`;
      const canonical = `4800004000000000003300 00 c0000201 ${destination} ${zeros(11)} 00 ${ah} ${payload}`;
      assert.equal(openAh(sha256(), signed(wire, canonical, { ah: 32, length: 16 })).word, 'opened', type + pointer);
    }
  }
});

test('IPv4 is aligned to 4 bytes; to 8, as Linux does by itself, is tolerated and told', () => {
  const header = (length: string): string => `450000${length} 00004000 4033ffff c0000201 c0000202`;
  const covered = (length: string): string => `450000${length} 00000000 00330000 c0000201 c0000202`;
  const build = (words: string, length: string, padding: string): Buffer => {
    const ah = `04${words}0000 00001000 00000007 ${zeros(16)} ${padding}`;
    return signed(`${header(length)} ${ah} ${payload}`, `${covered(length)} ${ah} ${payload}`, { ah: 20, length: 16 });
  };
  const told = (packet: Buffer): unknown => {
    const opened = openAh(sha256(), packet);
    return opened.word === 'opened' ? [opened.padLength, opened.paddingValid] : opened;
  };
  assert.deepEqual(told(build('05', '34', '')), [0, true]);
  assert.deepEqual(told(build('06', '38', '55aa55aa')), [4, false]);
  assert.deepEqual(told(build('07', '3c', zeros(8))), { word: 'refused', reason: 'length' });
});

test('the high half of an ESN stands behind the packet', () => {
  const ah = `04050000 00001000 00000007 ${zeros(16)}`;
  const wire = `45000034 00004000 4033ffff c0000201 c0000202 ${ah} ${payload}`;
  const canonical = `45000034 00000000 00330000 c0000201 c0000202 ${ah} ${payload}`;
  const packet = signed(wire, canonical, { ah: 20, length: 16, behind: '00000002' });
  const opened = openAh(sha256({ esn: true }), packet, 2);
  assert.equal(opened.word === 'opened' && opened.sequence64, 0x200000007n);
  assert.equal(openAh(sha256({ esn: true }), packet, 1).word, 'refused');
  assert.equal(openAh(sha256(), packet, 2).word, 'refused');
});

const ah6 = `3b060000 00001000 00000007 ${zeros(16)} 00000000`;
const ip6Header = (change: { start?: string; next: string; hop?: string; source?: string; to: string }): string =>
  `${change.start ?? '60000000'} LEN ${change.next} ${change.hop ?? '00'} ${change.source ?? ip6(1)} ${change.to}`;
function withLength(hex: string): string {
  const length = hex.replace('LEN', '0000').replaceAll(' ', '').length / 2 - 40;
  return hex.replace('LEN', length.toString(16).padStart(4, '0'));
}

test('IPv6 mutable options, traffic class, flow label and hop limit are left out', () => {
  // Options 05 and 1e stay, the data of 3e may change on the way.
  const hop = (data: string): string => `3c01 05020000 3e06${data} 0100`;
  const destination = (data: string): string => `3301 1e02abcd 3e06${data} 0100`;
  const packet = (start: string, limit: string, data: string): string =>
    withLength(
      `${ip6Header({ start, next: '00', hop: limit, to: ip6(2) })} ${hop(data)} ${destination(data)} ${ah6} ${payload}`,
    );
  const place = { ah: 72, length: 16 };
  const sent = signed(packet('6ab12345', '3f', 'aabbccddeeff'), packet('60000000', '00', zeros(6)), place);
  const opened = openAh(sha256({ family: 6 }), sent);
  assert.ok(opened.word === 'opened');
  assert.deepEqual([opened.nextHeader, opened.padLength, opened.paddingValid], [59, 4, true]);
  sent[72 - 16 + 4] = 1;
  assert.equal(openAh(sha256({ family: 6 }), sent).word, 'refused');
});

test('with an IPv6 routing header on the way the ICV is that at its end', () => {
  const routing = (left: string, first: string, second: string): string => `330400${left} 00000000 ${first} ${second}`;
  const build = (to: string, route: string): string =>
    withLength(`${ip6Header({ next: '2b', to })} ${route} ${ah6} ${payload}`);
  const end = build(ip6(4), routing('00', ip6(2), ip6(3)));
  const place = { ah: 80, length: 16 };
  for (const [to, route] of [
    [ip6(2), routing('02', ip6(3), ip6(4))],
    [ip6(3), routing('01', ip6(2), ip6(4))],
    [ip6(4), routing('00', ip6(2), ip6(3))],
  ] as const) {
    assert.equal(openAh(sha256({ family: 6 }), signed(build(to, route), end, place)).word, 'opened', route);
  }
  const overlong = signed(build(ip6(2), routing('03', ip6(3), ip6(4))), end, place);
  assert.deepEqual(openAh(sha256({ family: 6 }), overlong), { word: 'refused', reason: 'headers' });
});

test('a home address stands in for the care-of address', () => {
  const options = (address: string): string => `3302 01020000 c910${address}`;
  const build = (source: string, address: string): string =>
    withLength(`${ip6Header({ next: '3c', source, to: ip6(2) })} ${options(address)} ${ah6} ${payload}`);
  const packet = signed(build(ip6(9), ip6(1)), build(ip6(1), ip6(9)), { ah: 64, length: 16 });
  assert.equal(openAh(sha256({ family: 6 }), packet).word, 'opened');
});

test('a fragment is refused as such', () => {
  const fragment = bytes(captured[0][1]);
  fragment.set([0x20], 6);
  assert.deepEqual(openAh(sha256(), fragment), { word: 'refused', reason: 'fragment' });
  const build = withLength(`${ip6Header({ next: '2c', to: ip6(2) })} 3300000100000001 ${ah6} ${payload}`);
  assert.deepEqual(openAh(sha256(), bytes(build)), { word: 'refused', reason: 'fragment' });
});

test('no bytes make openAh throw or loop', () => {
  const runs = 2000 * Number(process.env.ESPALIER_FUZZ ?? 1);
  const starts = fc.constantFrom(0x45, 0x46, 0x4f, 0x60);
  const noise = fc.uint8Array({ minLength: 0, maxLength: 160 });
  const headers = fc.constantFrom(0, 43, 44, 51, 60, 135);
  fc.assert(
    fc.property(starts, headers, noise, (start, next, data) => {
      const packet = Buffer.from(data);
      if (packet.length > 10) {
        packet[0] = start;
        packet.writeUInt16BE(
          start >> 4 === 4 ? packet.length : Math.max(0, packet.length - 40),
          start >> 4 === 4 ? 2 : 4,
        );
        packet[start >> 4 === 4 ? 9 : 6] = next;
        if (start >> 4 === 4) packet.writeUInt16BE(0, 6);
      }
      assert.equal(openAh(sha256(), packet).word, 'refused');
    }),
    { numRuns: runs },
  );
});
