import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../src/base/errors.ts';
import {
  addressBytes,
  addressText,
  canonicalAddress,
  prefixContains,
  spelledNetwork,
} from '../../../src/model/addresses.ts';

/** RFC 5952, sections 1 to 5, and RFC 4291, section 2.2. */
const spellings: readonly (readonly [given: string, canonical: string])[] = [
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8::0:1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:DB8:AAAA::', '2001:db8:aaaa::'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
];

for (const [given, canonical] of spellings) {
  test(`${given} is ${canonical}`, () => assert.equal(canonicalAddress(given), canonical));
}

const wrong = ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1..2.3', '1.2.3.', 'a.b.c.d', '1.2.3.4 ', ':', ':::', '1::2::3'];
const wrong6 = [
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'g::',
  '::1.2.3',
  '1.2.3.4::',
  '::%eth0',
];

for (const text of [...wrong, ...wrong6]) {
  test(`${JSON.stringify(text)} is no address`, () => {
    assert.throws(
      () => addressBytes(text),
      (error) => error instanceof EspalierError && error.fault === 'guest',
    );
  });
}

const bytes = fc.constantFrom(4, 16).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));

test('the bytes of an address survive its text', () => {
  fc.assert(fc.property(bytes, (raw) => assert.deepEqual(addressBytes(addressText(raw)), raw)));
});

test('other than 4 or 16 bytes are no address', () => {
  for (const length of [0, 3, 5, 15, 17]) assert.throws(() => addressText(new Uint8Array(length)), EspalierError);
});

const contained: readonly (readonly [prefix: string, length: number, address: string, inside: boolean])[] = [
  ['192.0.2.0', 24, '192.0.2.255', true],
  ['192.0.2.0', 24, '192.0.3.0', false],
  ['192.0.2.0', 25, '192.0.2.128', false],
  ['128.0.0.0', 1, '255.0.0.1', true],
  ['128.0.0.0', 1, '127.0.0.1', false],
  ['0.0.0.0', 0, '1.2.3.4', true],
  ['0.0.0.0', 0, '::1', false],
  ['192.0.2.1', 32, '192.0.2.1', true],
  ['192.0.2.1', 32, '192.0.2.0', false],
  ['192.0.2.1', 77, '192.0.2.0', false],
  ['2001:db8::', 32, '2001:db8:ffff::1', true],
  ['2001:db8::', 33, '2001:db8:8000::', false],
  ['2001:db8::', 33, '2001:db8:7fff::', true],
  ['fe80::', 10, 'febf::1', true],
  ['fe80::', 10, 'fec0::1', false],
  ['::', 0, '2001:db8::1', true],
  ['2001:db8::1', 128, '2001:db8::1', true],
  ['2001:db8::1', 128, '2001:db8::2', false],
];

for (const [address, prefix, inner, inside] of contained) {
  test(`${inner} is ${inside ? '' : 'not '}in ${address}/${prefix}`, () => {
    assert.equal(prefixContains({ address, prefix }, inner), inside);
  });
}

test('a network has one spelling, and an address is one with its whole length; other text stays', () => {
  for (const [text, spelled] of [
    ['10.1.0.1', '10.1.0.1/32'],
    ['10.1.0.0/16', '10.1.0.0/16'],
    ['2001:DB8:0:0::1', '2001:db8::1/128'],
    ['::/0', '::/0'],
    ['default', 'default'],
    ['10.1.0.0/33', '10.1.0.0/33'],
  ] as const)
    assert.equal(spelledNetwork(text), spelled);
});
