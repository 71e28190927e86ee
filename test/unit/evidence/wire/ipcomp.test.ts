import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { openIpcomp } from '../../../../src/evidence/wire/ipcomp.ts';
import { bytes } from './sas.ts';

const deflate = { compression: 'deflate' };
const header = bytes('04002a00');

test('what was deflated inflates, with its next header', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat({ max: 9 }), (inner, level) => {
      const packet = Buffer.concat([header, deflateRawSync(inner, { level })]);
      const opened = openIpcomp(deflate, packet);
      assert.ok(opened.word === 'inflated');
      assert.deepEqual([opened.nextHeader, Buffer.compare(opened.inner, inner)], [4, 0]);
    }),
  );
});

/** RFC 1951, 3.2.4 and 3.2.6, by hand: "abc" stored, and "a" with fixed codes. */
test('blocks put together by hand inflate', () => {
  for (const [block, text] of [
    ['01 0300 fcff 616263', 'abc'],
    ['4b0400', 'a'],
  ] as const) {
    const opened = openIpcomp(deflate, Buffer.concat([header, bytes(block)]));
    assert.equal(opened.word === 'inflated' && Buffer.from(opened.inner).toString(), text);
  }
});

test('a packet that inflates to more than IP can hold is refused before it does', () => {
  const bomb = Buffer.concat([header, deflateRawSync(Buffer.alloc(1 << 20))]);
  assert.deepEqual(openIpcomp(deflate, bomb), { word: 'refused', reason: 'too-large' });
  const largest = Buffer.concat([header, deflateRawSync(Buffer.alloc(65535))]);
  assert.equal(openIpcomp(deflate, largest).word, 'inflated');
});

test('other algorithms are unjudged, short and damaged packets refused', () => {
  assert.deepEqual(openIpcomp({ compression: 'lzs' }, header), { word: 'unjudged', reason: 'lzs' });
  assert.deepEqual(openIpcomp({}, header), { word: 'unjudged', reason: 'no compression algorithm' });
  assert.deepEqual(openIpcomp(deflate, header), { word: 'refused', reason: 'truncated' });
  assert.deepEqual(openIpcomp(deflate, bytes('04002a00 ffff')), { word: 'refused', reason: 'compression' });
  const cut = Buffer.concat([header, deflateRawSync(Buffer.from('a text that is cut short'))]).subarray(0, 12);
  assert.deepEqual(openIpcomp(deflate, cut), { word: 'refused', reason: 'compression' });
});

test('no bytes make openIpcomp throw', () => {
  const runs = 500 * Number(process.env.ESPALIER_FUZZ ?? 1);
  const packets = fc.uint8Array({ maxLength: 60 });
  fc.assert(
    fc.property(packets, (packet) => {
      assert.match(openIpcomp(deflate, packet).word, /^(inflated|refused)$/);
    }),
    { numRuns: runs },
  );
});
