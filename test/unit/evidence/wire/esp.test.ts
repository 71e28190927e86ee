import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { openEsp } from '../../../../src/evidence/wire/esp.ts';
import { trial } from '../../../../src/evidence/wire/opened.ts';
import { bytes, saOf } from './sas.ts';
import { type Clear, suites } from './seal.ts';

const runs = 8 * Number(process.env.ESPALIER_FUZZ ?? 1);

const clears: fc.Arbitrary<Clear> = fc.record({
  sequence: fc.integer({ min: 1, max: 0xffffffff }),
  high: fc.integer({ min: 0, max: 0xffffffff }),
  nextHeader: fc.constantFrom(1, 4, 6, 17, 41, 59),
  inner: fc.uint8Array({ maxLength: 200 }),
  extraBlocks: fc.integer({ min: 0, max: 3 }),
});

test('what another implementation sealed opens, for every algorithm, with and without ESN', () => {
  for (const { name, sa, seal } of suites) {
    fc.assert(
      fc.property(clears, fc.boolean(), (clear, esn) => {
        const opened = openEsp({ ...sa, esn }, seal(clear, esn), clear.high);
        assert.equal(opened.word, 'opened', name);
        assert.ok(opened.word === 'opened');
        assert.deepEqual([...opened.inner], [...clear.inner]);
        assert.equal(opened.nextHeader, clear.nextHeader);
        assert.equal(opened.sequence, clear.sequence);
        const sequence64 = (BigInt(clear.high) << 32n) + BigInt(clear.sequence);
        assert.equal(opened.sequence64, esn ? sequence64 : undefined);
        assert.deepEqual([opened.authenticated, opened.paddingValid], [true, true]);
      }),
      { numRuns: runs },
    );
  }
});

test('one flipped bit anywhere is refused, and so is another high half', () => {
  for (const { name, sa, seal } of suites) {
    fc.assert(
      fc.property(clears, fc.nat(), fc.boolean(), (clear, at, esn) => {
        const sealed = seal(clear, esn);
        const bit = at % (sealed.length * 8);
        sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.deepEqual(openEsp({ ...sa, esn }, sealed, clear.high), { word: 'refused', reason: 'integrity' }, name);
        const whole = openEsp({ ...sa, esn: true }, seal(clear, true), clear.high ^ 1);
        assert.equal(whole.word, 'refused', name);
      }),
      { numRuns: runs },
    );
  }
});

test('a packet cut short is refused and never opens as something else', () => {
  for (const { name, sa, seal } of suites) {
    const sealed = seal({ sequence: 1, high: 0, nextHeader: 4, inner: Buffer.alloc(64, 1), extraBlocks: 0 }, false);
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(openEsp(sa, sealed.subarray(0, length)).word, 'refused', `${name} cut to ${length}`);
    }
  }
});

test('opening leaves the bytes of the packet as they are', () => {
  for (const { sa, seal } of suites) {
    const sealed = seal({ sequence: 9, high: 0, nextHeader: 4, inner: Buffer.alloc(40, 3), extraBlocks: 1 }, false);
    const before = sealed.toString('hex');
    openEsp(sa, sealed);
    assert.equal(sealed.toString('hex'), before);
  }
});

test('what is not implemented is unjudged and says its name', () => {
  const key = new Uint8Array(16);
  const cases = [
    [{ encryption: { name: 'cbc(serpent)', key } }, 'cbc(serpent)'],
    [{ encryption: { name: 'constructor', key } }, 'constructor'],
    [{ encryption: { name: 'cbc(aes)', key: new Uint8Array(5) } }, 'cbc(aes) with a key of 5 bytes'],
    [
      { encryption: { name: 'cbc(aes)', key }, integrity: { name: 'hmac(whirlpool)', key, truncation: 96 } },
      'hmac(whirlpool)',
    ],
    [
      { encryption: { name: 'cbc(aes)', key }, integrity: { name: 'hmac(sha1)', key, truncation: 168 } },
      'hmac(sha1) truncated to 168 bits',
    ],
    [{ aead: { name: 'rfc4106(gcm(sm4))', key, icv: 128 } }, 'rfc4106(gcm(sm4))'],
    [{ aead: { name: 'rfc4106(gcm(aes))', key, icv: 128 } }, 'rfc4106(gcm(aes)) with a key of 16 bytes'],
    [
      { aead: { name: 'rfc4106(gcm(aes))', key: new Uint8Array(20), icv: 32 } },
      'rfc4106(gcm(aes)) with an ICV of 32 bits',
    ],
    [{}, 'no encryption algorithm'],
  ] as const;
  for (const [change, reason] of cases) {
    assert.deepEqual(openEsp(saOf(change), new Uint8Array(64)), { word: 'unjudged', reason });
  }
});

const nullSa = saOf({ encryption: { name: 'ecb(cipher_null)', key: new Uint8Array(0) } });

test('padding that does not count, and a trailer off its place, are told; padding beyond the packet is refused', () => {
  const open = (clear: string): unknown => {
    const opened = openEsp(nullSa, bytes(`00001000 00000001 ${clear}`));
    return opened.word === 'opened' ? [opened.inner.length, opened.padLength, opened.paddingValid] : opened.word;
  };
  assert.deepEqual(open('aaaaaaaa 01020204'), [4, 2, true]);
  assert.deepEqual(open('aaaaaaaa 02010204'), [4, 2, false]);
  assert.deepEqual(open('aaaaaaaa 00000204'), [4, 2, false]);
  assert.deepEqual(open('aaaaaa 01020204'), [3, 2, false]);
  assert.deepEqual(open('aaaaaaaa 01020704'), 'refused');
  assert.deepEqual(openEsp(nullSa, bytes('00001000 00000001 aaaaff04')), { word: 'refused', reason: 'padding' });
});

test('without integrity nothing counts as authenticated', () => {
  for (const integrity of [undefined, { name: 'digest_null', key: new Uint8Array(0), truncation: 0 }]) {
    const sa = integrity === undefined ? nullSa : { ...nullSa, integrity };
    const opened = openEsp(sa, bytes('00001000 00000001 aaaaaaaa 01020204'));
    assert.equal(opened.word === 'opened' && opened.authenticated, false);
    assert.equal(opened.word, 'opened');
  }
});

test('bytes that are no whole cipher blocks are refused as such', () => {
  const sa = saOf({ encryption: { name: 'cbc(aes)', key: new Uint8Array(16) } });
  assert.deepEqual(openEsp(sa, new Uint8Array(8 + 16 + 17)), { word: 'refused', reason: 'alignment' });
});

test('cleartext below an ICV that was made for ciphertext is told apart from damage', () => {
  const inner = Buffer.from('45000054cb17400040013eaecc00', 'hex');
  const clear: Clear = { sequence: 3, high: 0, nextHeader: 4, inner, extraBlocks: 0 };
  const covered = suites.filter(({ name }) => !/gmac|cipher_null/.test(name));
  for (const { name, sa, seal } of covered) {
    const sealed = seal(clear, true);
    const icv = sa.aead ? sa.aead.icv / 8 : (sa.integrity?.truncation ?? 0) / 8;
    const opened = openEsp({ ...sa, esn: true }, sealed, 0);
    assert.ok(opened.word === 'opened');
    const block = sealed.length - icv - opened.inner.length - opened.padLength - 2;
    const padding = Uint8Array.from({ length: opened.padLength }, (_, i) => i + 1);
    const decrypted = Buffer.concat([opened.inner, padding, Uint8Array.of(opened.padLength, 4)]);
    decrypted.copy(sealed, block);
    assert.deepEqual(openEsp({ ...sa, esn: true }, sealed, 0), { word: 'refused', reason: 'cleartext' }, name);
    assert.equal(openEsp({ ...sa, esn: true }, sealed, 1).word, 'refused');
  }
});

test('an algorithm that this OpenSSL lacks is unjudged and no exception; an empty key is a key', () => {
  const missing = trial('hmac(rmd160)', () => createHmac('no such digest', ''));
  assert.deepEqual(missing, { word: 'unjudged', reason: 'hmac(rmd160): not offered by this OpenSSL' });
  const empty = { name: 'hmac(sha1)', key: new Uint8Array(0), truncation: 96 };
  assert.equal(openEsp({ ...nullSa, integrity: empty }, new Uint8Array(64)).word, 'refused');
});
