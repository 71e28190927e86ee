import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openAh } from '../../../../src/evidence/wire/ah.ts';
import { openEsp } from '../../../../src/evidence/wire/esp.ts';
import { sealAh, sealEsp } from '../../../../src/evidence/wire/seal.ts';
import { bytes, saOf } from './sas.ts';
import { suites } from './seal.ts';

const runs = 8 * Number(process.env.ESPALIER_FUZZ ?? 1);
const spiAndSequence = 8;

const clears = fc.record({
  sequence: fc.integer({ min: 1, max: 0xffffffff }),
  high: fc.integer({ min: 0, max: 0xffffffff }),
  nextHeader: fc.constantFrom(1, 4, 6, 17, 41, 59),
  inner: fc.uint8Array({ maxLength: 200 }),
  extraBlocks: fc.constant(0),
});

test('what is sealed here is what another implementation seals, for every algorithm, with and without ESN', () => {
  for (const { name, sa, seal } of suites) {
    fc.assert(
      fc.property(clears, fc.boolean(), (clear, esn) => {
        const theirs = seal(clear, esn);
        const ours = sealEsp(
          { ...sa, esn },
          { ...clear, highSequence: clear.high, iv: theirs.subarray(spiAndSequence, spiAndSequence + ivBytes(sa)) },
        );
        assert.ok(ours instanceof Uint8Array, name);
        assert.equal(Buffer.from(ours).toString('hex'), theirs.toString('hex'), name);
      }),
      { numRuns: runs },
    );
  }
});

function ivBytes({ aead, encryption }: (typeof suites)[number]['sa']): number {
  if (aead !== undefined || encryption?.name === 'rfc3686(ctr(aes))' || encryption?.name === 'cbc(des3_ede)') return 8;
  return encryption?.name === 'ecb(cipher_null)' ? 0 : 16;
}

test('without an IV of its own a packet opens as well, and its padding is as it was asked for', () => {
  for (const { name, sa } of suites) {
    const inner = Uint8Array.of(1, 2, 3, 4, 5);
    const sealed = sealEsp(sa, { sequence: 7, nextHeader: 17, inner });
    assert.ok(sealed instanceof Uint8Array);
    const opened = openEsp(sa, sealed);
    assert.ok(opened.word === 'opened' && opened.paddingValid, name);
    assert.deepEqual([...opened.inner], [...inner], name);
  }
  const [first] = suites;
  assert.ok(first);
  const padding = Buffer.alloc(9, 0xee);
  const odd = sealEsp(first.sa, { sequence: 7, nextHeader: 17, inner: Uint8Array.of(1, 2, 3, 4, 5), padding });
  assert.ok(odd instanceof Uint8Array);
  const opened = openEsp(first.sa, odd);
  assert.ok(opened.word === 'opened');
  assert.deepEqual([opened.padLength, opened.paddingValid], [9, false]);
});

const header4 = (octets: number): Buffer => {
  const packet = bytes('45000000000000004033 0000 c0000201 c0000202');
  packet.writeUInt16BE(20 + octets, 2);
  return packet;
};
const header6 = (octets: number): Buffer => {
  const packet = Buffer.concat([bytes('6000000000003340'), Buffer.alloc(32, 1)]);
  packet.writeUInt16BE(octets, 4);
  return packet;
};

test('AH that is sealed here opens, in both families, with and without ESN', () => {
  for (const headers of [header4, header6]) {
    for (const esn of [false, true]) {
      const sa = saOf({
        protocol: 'ah',
        esn,
        integrity: { name: 'hmac(sha256)', key: Buffer.alloc(32, 3), truncation: 128 },
      });
      const inner = bytes('0800000000010002');
      const ah = sealAh(sa, { sequence: 9, highSequence: 5, nextHeader: 1, inner }, headers);
      assert.ok(ah instanceof Uint8Array);
      const packet = Buffer.concat([headers(ah.length), ah]);
      const opened = openAh(sa, packet, 5);
      assert.ok(opened.word === 'opened');
      assert.deepEqual([[...opened.inner], opened.nextHeader, opened.sequence], [[...inner], 1, 9]);
      if (esn) assert.equal(openAh(sa, packet, 4).word, 'refused');
    }
  }
});

test('an algorithm that is not implemented is named', () => {
  const clear = { sequence: 1, nextHeader: 1, inner: new Uint8Array(8) };
  assert.deepEqual(sealEsp(saOf({ encryption: { name: 'cbc(twofish)', key: Buffer.alloc(16) } }), clear), {
    why: 'cbc(twofish)',
  });
  assert.deepEqual(sealEsp(saOf({ aead: { name: 'a', key: Buffer.alloc(16), icv: 64 } }), clear), { why: 'a' });
  assert.deepEqual(sealAh(saOf({ protocol: 'ah' }), clear, header4), { why: 'no integrity algorithm' });
});
