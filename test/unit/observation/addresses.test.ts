import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { addressText } from '../../../src/observation/addresses.ts';
import { bytes } from './build.ts';

test('addresses are written as RFC 5952 says', () => {
  const table: readonly (readonly [string, string])[] = [
    ['c0000201', '192.0.2.1'],
    ['00000000', '0.0.0.0'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['fe800000000000001000000000646423', 'fe80::1000:0:64:6423'],
    // Section 4.2.2: a single zero is not shortened; 4.2.3: the longest run is, the first of two.
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000000000000000000000000', '2001:db8::'],
    ['20010db8aaaabbbbccccddddeeee00ff', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff'],
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['0000000000000000fffec00002010000', '::fffe:c000:201:0'],
  ];
  for (const [digits, text] of table) assert.equal(addressText(bytes(digits)), text);
});

test('bytes of another size are no address', () => {
  for (const size of [0, 3, 5, 15, 17]) assert.throws(() => addressText(new Uint8Array(size)), EspalierError);
});
