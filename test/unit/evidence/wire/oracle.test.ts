import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import type { WireFact, WirePacket } from '../../../../src/evidence/wire/fact.ts';
import { createWireOracle } from '../../../../src/evidence/wire/oracle.ts';
import type { KnownSa } from '../../../../src/evidence/wire/sa-index.ts';
import { bytes, saOf } from './sas.ts';
import { type Suite, suites } from './seal.ts';

const suiteOf = (name: string): Suite => {
  const suite = suites.find((one) => one.name === name);
  assert.ok(suite, name);
  return suite;
};
const gcm = suiteOf('gcm 128 with an ICV of 16');
const cbc = suiteOf('cbc(aes) and hmac(sha1) of 12');

const known = (sa: IpsecSa, change: Partial<KnownSa> = {}): KnownSa => ({ host: 'east', from: 0n, sa, ...change });

const packetOf = (content: Uint8Array, change: Partial<WirePacket> = {}): WirePacket => ({
  time: 1n,
  link: 'l',
  source: '192.0.2.1',
  destination: '192.0.2.2',
  protocol: 'esp',
  spi: 0x1000,
  bytes: content,
  ...change,
});

interface Sent {
  readonly high?: number;
  readonly inner?: string;
  readonly nextHeader?: number;
}

/** Packet `sequence` of a sender with this suite. */
function esp({ seal, sa }: Suite, sequence: number, { high = 0, inner = 'abc', nextHeader = 4 }: Sent = {}): Buffer {
  return seal({ sequence, high, nextHeader, inner: Buffer.from(inner, 'latin1'), extraBlocks: 0 }, sa.esn);
}

const withEsn = (suite: Suite, change: Partial<IpsecSa> = {}): Suite => ({
  ...suite,
  sa: { ...suite.sa, esn: true, ...change },
});

const short = (fact: WireFact): string => {
  const more =
    'reason' in fact ? ` ${fact.reason}` : fact.word === 'replayed' ? ` ${fact.first} ${fact.sameBytes}` : '';
  return `${fact.word}${more}${fact.copyOf === undefined ? '' : ` copy of ${fact.copyOf}`}`;
};

function judged(sas: readonly KnownSa[], packets: readonly WirePacket[]): string[] {
  const oracle = createWireOracle(sas);
  return packets.map((packet) => short(oracle.judge(packet)));
}

test('a packet forwarded over several links is one packet; on one link it is a replay', () => {
  const one = esp(gcm, 1);
  const two = esp(gcm, 2);
  const seen = [
    packetOf(one, { link: 'inside' }),
    packetOf(one, { link: 'outside', source: '198.51.100.1' }),
    packetOf(two, { link: 'inside' }),
    packetOf(one, { link: 'outside' }),
    packetOf(one, { link: 'inside' }),
    packetOf(two, { link: 'outside' }),
  ];
  assert.deepEqual(judged([known(gcm.sa)], seen), [
    'verified',
    'verified copy of 0',
    'verified',
    'replayed 0 true',
    'replayed 0 true copy of 3',
    'verified copy of 2',
  ]);
});

test('a sequence number used again for other bytes is a replay of another kind', () => {
  const packets = [esp(cbc, 5), esp(cbc, 5, { inner: 'another' }), esp(cbc, 6)];
  const seen = packets.map((content) => packetOf(content));
  assert.deepEqual(judged([known(cbc.sa)], seen), ['verified', 'replayed 0 false', 'verified']);
});

test('an unknown SPI, a reserved one, another protocol and damage are told apart', () => {
  const damaged = esp(gcm, 1);
  damaged[20] = (damaged[20] ?? 0) ^ 1;
  const strange = saOf({ spi: 0x2000, encryption: { name: 'cbc(serpent)', key: new Uint8Array(16) } });
  const sas = [known(gcm.sa), known(saOf({ spi: 0x3000, larval: true })), known(strange)];
  const seen = [
    packetOf(esp(gcm, 1), { spi: 0x9999 }),
    packetOf(esp(gcm, 1), { spi: 0x3000 }),
    packetOf(esp(gcm, 1), { protocol: 'ah' }),
    packetOf(esp(gcm, 1), { spi: 0x2000 }),
    packetOf(damaged),
    packetOf(damaged),
    packetOf(Buffer.alloc(0)),
  ];
  assert.deepEqual(judged(sas, seen), [
    'no-sa',
    'no-sa',
    'no-sa',
    'unjudged cbc(serpent)',
    'refused integrity',
    'refused integrity',
    'refused truncated',
  ]);
});

test('a damaged packet spends no sequence number', () => {
  const damaged = esp(gcm, 1);
  damaged[30] = (damaged[30] ?? 0) ^ 1;
  assert.deepEqual(judged([known(gcm.sa)], [packetOf(damaged), packetOf(esp(gcm, 1))]), [
    'refused integrity',
    'verified',
  ]);
});

test('the high half of an ESN follows the packets over the wrap, also when they come out of order', () => {
  const suite = withEsn(gcm);
  const sequences: readonly (readonly [number, number])[] = [
    [0, 0xfffffff0],
    [0, 0xffffffff],
    [1, 1],
    [0, 0xfffffffe],
    [1, 0],
    [1, 0x7fffffff],
    [1, 0xfffffff0],
    [2, 3],
  ];
  const oracle = createWireOracle([known(suite.sa)]);
  for (const [high, sequence] of sequences) {
    const fact = oracle.judge(packetOf(esp(suite, sequence, { high })));
    assert.ok(fact.word === 'verified', `${high} ${sequence}: ${short(fact)}`);
    assert.equal(fact.opened?.sequence64, (BigInt(high) << 32n) + BigInt(sequence));
  }
  const [use] = oracle.sequences();
  assert.deepEqual([use?.packets, use?.lowest, use?.highest], [8, 0xfffffff0n, 0x200000003n]);
});

test('a high half that a host told of is tried', () => {
  const replay = { outbound: 9, outboundHigh: 0x1234, inbound: 0, inboundHigh: 0, ring: true, bitmap: [] };
  for (const suite of [withEsn(gcm), withEsn(cbc)]) {
    const packet = packetOf(esp(suite, 10, { high: 0x1234 }));
    assert.deepEqual(judged([known(suite.sa)], [packet]), ['refused integrity']);
    assert.deepEqual(judged([known(suite.sa), known({ ...suite.sa, replay })], [packet]), ['verified']);
  }
});

test('without ESN the same number after a wrap is a replay', () => {
  const seen = [1, 0xffffffff, 1].map((sequence, i) => packetOf(esp(cbc, sequence, { inner: `${i}` })));
  assert.deepEqual(judged([known(cbc.sa)], seen), ['verified', 'verified', 'replayed 0 false']);
});

test('of several SAs with one SPI the one whose keys fit is found, and names its hosts', () => {
  const other: IpsecSa = { ...gcm.sa, aead: { name: 'rfc4106(gcm(aes))', key: new Uint8Array(20), icv: 128 } };
  const sas = [
    known(other, { host: 'north' }),
    known(gcm.sa, { host: 'east' }),
    known({ ...gcm.sa, destination: '10.0.0.1', mark: { value: 1, mask: 1 } }, { host: 'west', from: 5n, to: 6n }),
  ];
  const fact = createWireOracle(sas).judge(packetOf(esp(gcm, 1)));
  assert.ok(fact.word === 'verified');
  assert.deepEqual(
    fact.sa.known.map(({ host }) => host),
    ['east', 'west'],
  );
});

test('where one of several SAs cannot be judged nothing is refused; where there are too many neither', () => {
  const strange = { ...gcm.sa, aead: { name: 'rfc4106(gcm(aria))', key: new Uint8Array(20), icv: 128 } };
  const damaged = packetOf(esp(cbc, 1));
  assert.deepEqual(judged([known(gcm.sa), known(strange)], [damaged]), ['unjudged rfc4106(gcm(aria))']);
  const many = Array.from({ length: 50 }, (_, i) =>
    known({ ...gcm.sa, aead: { name: 'rfc4106(gcm(aes))', key: new Uint8Array(20).fill(i), icv: 128 } }),
  );
  assert.deepEqual(judged(many, [damaged]), ['unjudged more than 8 SAs with this SPI']);
});

test('the SA of the destination and the time is tried first', () => {
  const keyed = (fill: number, change: Partial<KnownSa> & { destination: string }): KnownSa => {
    const { destination, ...rest } = change;
    const aead = { name: 'rfc4106(gcm(aes))', key: new Uint8Array(20).fill(fill), icv: 128 };
    return known({ ...gcm.sa, aead, destination }, rest);
  };
  const sas = [
    keyed(1, { destination: '192.0.2.9', host: 'elsewhere' }),
    keyed(2, { destination: '192.0.2.2', to: 5n, host: 'before' }),
    keyed(3, { destination: '192.0.2.2', from: 6n, host: 'now' }),
  ];
  const fact = createWireOracle(sas).judge(packetOf(esp(cbc, 1), { time: 7n }));
  assert.ok(fact.word === 'refused');
  assert.deepEqual(
    fact.sa.known.map(({ host }) => host),
    ['now'],
  );
});

test('encryption without integrity opens and never counts as verified', () => {
  const sa = saOf({ encryption: { name: 'ecb(cipher_null)', key: new Uint8Array(0) } });
  const packet = packetOf(bytes('00001000 00000001 aaaaaaaa 01020204'));
  assert.deepEqual(judged([known(sa)], [packet, packet]), ['unauthenticated', 'replayed 0 true']);
});

test('IPComp is inflated, alone and inside of ESP', () => {
  const compressed = Buffer.concat([bytes('04002a00'), deflateRawSync(Buffer.from('the inner packet'))]);
  const cpi = known(saOf({ protocol: 'ipcomp', spi: 0x2a00, compression: 'deflate' }));
  const oracle = createWireOracle([known(gcm.sa), cpi]);
  const sealed = esp(gcm, 1, { inner: compressed.toString('latin1'), nextHeader: 108 });
  const inside = oracle.judge(packetOf(sealed));
  const alone = oracle.judge(packetOf(compressed, { protocol: 'ipcomp', spi: 0x2a00 }));
  for (const [fact, word] of [
    [inside, 'verified'],
    [alone, 'unauthenticated'],
  ] as const) {
    assert.equal(fact.word, word);
    assert.ok('inner' in fact);
    assert.deepEqual([fact.inner.nextHeader, Buffer.from(fact.inner.bytes).toString()], [4, 'the inner packet']);
  }
  const unknown = createWireOracle([known(gcm.sa)]).judge(packetOf(sealed));
  assert.ok(unknown.word === 'verified');
  assert.deepEqual([unknown.inner.nextHeader, unknown.compression?.word], [108, 'unjudged']);
});

test('AH is judged from its IP header, and a changed header is not taken for the same packet', () => {
  const hex = `45000080cb1740004033eaecc001022dc001021704040000ae3ecefb00000001ac6e295459868541e566a28945000054891d400040012c8f
     c00001fec00002fe0800487d004d0001feb54e68000000009a43090000000000101112131415161718191a1b1c1d1e1f2021222324252627
     28292a2b2c2d2e2f3031323334353637`;
  const integrity = { name: 'hmac(sha1)', key: bytes('8dc64c1583acec60b1dc75a00f6326e9a5c9fedb'), truncation: 96 };
  const sa = saOf({ protocol: 'ah', spi: 0xae3ecefb, integrity });
  const at = (link: string, change: (packet: Buffer) => void): WirePacket => {
    const ipPacket = bytes(hex);
    change(ipPacket);
    return packetOf(ipPacket.subarray(20), { link, protocol: 'ah', spi: 0xae3ecefb, ipPacket });
  };
  const seen = [
    at('inside', () => {}),
    at('outside', (packet) => packet.set([63], 8)),
    at('beyond', (packet) => packet.set([1], 12)),
    packetOf(bytes(hex).subarray(20), { link: 'x', protocol: 'ah', spi: 0xae3ecefb }),
  ];
  assert.deepEqual(judged([known(sa)], seen), [
    'verified',
    'verified copy of 0',
    'refused integrity',
    'unjudged an AH packet without its IP header',
  ]);
});

test('mutated packets of any suite make the oracle neither throw nor verify anything new', () => {
  const runs = 1000 * Number(process.env.ESPALIER_FUZZ ?? 1);
  const all = suites.map((suite, i) => {
    const spi = 0x1000 + i;
    return { suite, spi, sa: known({ ...suite.sa, spi, esn: i % 2 === 1 }) };
  });
  const oracle = createWireOracle(all.map(({ sa }) => sa));
  const mutation = fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }), cut: fc.nat() });
  fc.assert(
    fc.property(fc.nat({ max: all.length - 1 }), fc.array(mutation, { minLength: 1, maxLength: 4 }), (i, changes) => {
      const { suite, spi } = all[i] ?? assert.fail('an index of the list');
      const clear = { sequence: 1, high: 0, nextHeader: 4, inner: Buffer.alloc(40), extraBlocks: 0 };
      const sealed = suite.seal(clear, i % 2 === 1);
      let content: Buffer = Buffer.from(sealed);
      for (const { at, value, cut } of changes) {
        content[at % content.length] = value;
        if (cut % 3 === 0) content = content.subarray(0, 1 + (cut % content.length));
      }
      const { word } = oracle.judge(packetOf(content, { spi }));
      assert.match(word, content.equals(sealed) ? /^(verified|replayed)$/ : /^refused$/);
    }),
    { numRuns: runs },
  );
});
