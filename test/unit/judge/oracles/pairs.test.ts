import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { aLarvalSa, anSa } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, type Host, type Step } from './evidence.ts';
import { boundary, excusesOf, found, holding, inward, out } from './pair-story.ts';

const key = (last: number): Uint8Array => Uint8Array.from({ length: 36 }, (_, at) => (at === 35 ? last : at));

const gcm = { name: 'rfc4106(gcm(aes))', key: key(35), icv: 128 };

test('both ends of an SA agree, with or without a direction', () => {
  for (const [west, east] of [
    [out(), inward()],
    [anSa(), anSa()],
    [anSa({ direction: 'out' }), anSa()],
    [out({ mode: 'transport' }), inward({ mode: 'transport' })],
    [out({ reqid: 1, flags: [], replayWindow: 0 }), inward({ reqid: 2, replayWindow: 128 })],
  ] as const) {
    const found = comparePairs(
      evidenceOf({
        steps: holding([
          ['west', west],
          ['east', east],
        ]),
      }),
    );
    assert.deepEqual([found.pairs, found.halfOpen, found.issues], [1, [], []]);
  }
});

test('ESP and AH of one SPI are two SAs, and each has its pair', () => {
  const { aead: _none, ...bare } = anSa({
    protocol: 'ah',
    integrity: { name: 'hmac(sha1)', key: key(3), truncation: 96 },
  });
  const ah = (direction: 'in' | 'out'): IpsecSa => ({ ...bare, direction });
  const steps = holding([
    ['west', out()],
    ['east', inward()],
    ['west', ah('out')],
    ['east', ah('in')],
  ]);
  const { pairs, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, issues], [2, []]);
});

test('SAs of both directions with one SPI, as people choose it, meet by their addresses', () => {
  const back = { source: '192.1.2.23', destination: '192.1.2.45' };
  const all: [Host, IpsecSa][] = [
    ['west', anSa()],
    ['west', anSa(back)],
    ['east', anSa(back)],
    ['east', anSa()],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps: holding(all) }));
  assert.deepEqual([pairs, halfOpen, issues], [2, [], []]);
  const missing = comparePairs(evidenceOf({ steps: holding(all.slice(0, 3), [100, 70_000]) }));
  assert.deepEqual([missing.pairs, missing.halfOpen.map(({ sa }) => sa.source)], [1, ['192.1.2.45']]);
});

test('four hosts that chose one SPI are two pairs', () => {
  const other = { source: '192.1.3.1', destination: '192.1.3.2', aead: { ...gcm, key: key(99) } };
  const steps = holding([
    ['west', out()],
    ['nic', out(other)],
    ['road', inward(other)],
    ['east', inward()],
  ]);
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, halfOpen, issues], [2, [], []]);
});

test('one host may have both ends', () => {
  const { pairs, halfOpen } = comparePairs(
    evidenceOf({
      steps: holding([
        ['west', out()],
        ['west', inward({ destination: '192.1.2.24' })],
      ]),
    }),
  );
  assert.deepEqual([pairs, halfOpen.length], [1, 0]);
  const twice = comparePairs(
    evidenceOf({
      steps: holding([
        ['west', out()],
        ['west', out({ destination: '192.1.2.24' })],
      ]),
    }),
  );
  assert.deepEqual([twice.pairs, twice.halfOpen.length], [0, 2]);
});

test('SPIs reserved, IPComp and its companions have no other end', () => {
  const { aead: _none, ...bare } = anSa({ compression: 'deflate' });
  const ipcomp: IpsecSa = { ...bare, protocol: 'ipcomp', spi: 0x1234 };
  const companion = aLarvalSa({ protocol: '4', larval: false });
  const steps = holding(
    [
      ['west', aLarvalSa()],
      ['west', ipcomp],
      ['east', companion],
    ],
    [100, 90_000],
  );
  assert.deepEqual(excusesOf({ steps }), []);
});

test('SAs that a daemon makes to try the kernel and that are gone at the boundary do not count', () => {
  const { aead: _none, ...bare } = anSa({ spi: 0x1000000, destination: '0.0.0.0', source: '0.0.0.0' });
  const probe: IpsecSa = { ...bare, encryption: { name: 'ecb(cipher_null)', key: new Uint8Array() } };
  const steps: Step[] = [
    [1, 'west', added(probe)],
    [2, 'west', deleted(probe)],
    [100, 'west', 'command'],
    [70_000, 'west', 'command'],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, halfOpen, issues], [0, [], []]);
});

test('both ends move together, and the pair stays one', () => {
  const moved = { source: '192.1.3.33', destination: '192.1.3.1' };
  const event = (sa: IpsecSa) =>
    ({
      event: {
        kind: 'sa-migrated',
        id: { protocol: 'esp', spi: sa.spi, destination: sa.destination },
        ...moved,
        reqid: sa.reqid,
        selector: sa.selector,
      },
    }) as const;
  const steps: Step[] = [
    ...holding([
      ['west', out()],
      ['east', inward()],
    ]),
    [200, 'west', event(out())],
    [201, 'east', event(inward())],
    [300, 'west', 'command'],
    [300, 'west', { sas: [out(moved)] }],
    [300, 'east', { sas: [inward(moved)] }],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, halfOpen, issues], [1, [], []]);
});

test('ends of one SPI meet by both addresses and by direction before they meet at all', () => {
  const four = (other: Partial<IpsecSa>): readonly unknown[] => {
    const steps = boundary(100, { west: [out()], east: [inward(other)], nic: [out(other)], road: [inward()] });
    const { pairs, halfOpen, issues } = found({ steps });
    return [pairs, halfOpen, issues];
  };
  assert.deepEqual(four({ source: '192.1.3.1', destination: '192.1.3.2' }), [2, [], []]);
  assert.deepEqual(four({ source: '192.1.3.1' }), [2, [], []]);
  assert.deepEqual(four({ destination: '192.1.3.2' }), [2, [], []]);
});

test('of three ends of one SPI, two are a pair and the third is alone', () => {
  const alone = (west: IpsecSa, east: IpsecSa, nic: IpsecSa): unknown => {
    const { pairs, halfOpen } = found({ steps: boundary(100, { west: [west], east: [east], nic: [nic] }) });
    return [pairs, halfOpen.map(({ host }) => host)];
  };
  assert.deepEqual(alone(out(), inward(), inward()), [1, ['nic']]);
  assert.deepEqual(alone(out(), out(), inward()), [1, ['east']]);
  assert.deepEqual(alone(out(), out({ source: '192.1.3.1' }), inward()), [1, ['east']]);
});

test('SAs of one host that only a mark tells apart are no ends of each other', () => {
  const marked = (value: number): IpsecSa => anSa({ mark: { value, mask: 0xff } });
  const { pairs, halfOpen } = found({ steps: boundary(100, { west: [marked(1), marked(2)] }) });
  assert.deepEqual([pairs, halfOpen.length], [0, 2]);
});

test('SAs of one SPI, host and direction are as many as there are', () => {
  const marked = (value: number): IpsecSa => out({ mark: { value, mask: 0xff } });
  const both = [marked(1), marked(2), marked(3), marked(4)];
  const single = found({ steps: boundary(100, { west: both }) });
  assert.deepEqual([single.pairs, single.halfOpen.length], [0, 4]);
  const steps = boundary(100, { west: both, east: both.map((sa) => ({ ...sa, direction: 'in' as const })) });
  const paired = found({ steps });
  assert.deepEqual([paired.pairs, paired.halfOpen.length], [4, 0]);
});

test('a host that stays as it was is compared again when another one changes', () => {
  const steps = [
    ...boundary(100, { west: [out()], east: [inward()] }),
    ...boundary(200, { east: [inward({ mode: 'transport' })] }),
  ];
  assert.equal(found({ steps }).issues.length, 1);
});

test('hosts that all change at once are all compared again', () => {
  const agreeing = { west: [out()], east: [inward()], nic: [out({ spi: 7 })], road: [inward({ spi: 7 })] };
  const transport = { mode: 'transport' } as const;
  const differing = {
    west: [out({ reqid: 5 })],
    east: [inward(transport)],
    nic: [out({ spi: 7, reqid: 5 })],
    road: [inward({ spi: 7, ...transport })],
  };
  assert.equal(found({ steps: [...boundary(100, agreeing), ...boundary(200, differing)] }).issues.length, 2);
});

test('an SA whose other end goes to another host is one pair', () => {
  const steps = [
    ...boundary(100, { west: [out()], east: [inward()] }),
    ...boundary(200, { east: [], nic: [inward()] }),
  ];
  assert.equal(found({ steps }).pairs, 1);
});

test('pairs of one SPI are told in the order of their second ends', () => {
  const other = { source: '192.1.3.1' };
  const steps = boundary(100, {
    west: [out()],
    east: [inward({ mode: 'transport' })],
    nic: [out(other)],
    road: [inward({ ...other, mode: 'transport' })],
  });
  assert.deepEqual(
    found({ steps }).issues.map(({ host }) => host),
    ['west', 'nic'],
  );
});
