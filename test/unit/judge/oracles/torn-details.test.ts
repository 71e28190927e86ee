import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { aLarvalSa } from '../../evidence/xfrm-samples.ts';
import { added, deleted, type Step, type Story } from './evidence.ts';
import { back, boundary, excusesBySpi, inward, out } from './pair-story.ts';

/** West has both SAs of a tunnel, east only one: half of an exchange is missing, if west's were made in one. */
const tornBy = (sibling: IpsecSa, own = inward(back)): string[] =>
  excusesBySpi({ steps: boundary(100, { west: [sibling, own], east: [{ ...sibling, direction: 'in' }] }) });

const made = (addTime: bigint): IpsecSa['use'] => ({ bytes: 0n, packets: 0n, addTime, useTime: 0n });

const { aead: _none, ...withoutAlgorithm } = out();

const ah: IpsecSa = {
  ...withoutAlgorithm,
  protocol: 'ah',
  integrity: { name: 'hmac(sha1)', key: new Uint8Array(20), truncation: 96 },
};

const siblings: readonly (readonly [title: string, sibling: IpsecSa, own: IpsecSa, torn: boolean])[] = [
  ['made in one second', out(), inward(back), true],
  ['made a second before', out({ use: made(11n) }), inward({ ...back, use: made(12n) }), true],
  ['made a second after', out({ use: made(12n) }), inward({ ...back, use: made(11n) }), true],
  ['made two seconds before', out({ use: made(10n) }), inward({ ...back, use: made(12n) }), false],
  ['made two seconds after', out({ use: made(12n) }), inward({ ...back, use: made(10n) }), false],
  ['of another protocol', ah, inward(back), false],
  ['of another request id', out({ reqid: 9 }), inward(back), false],
  ['from somewhere else', out({ source: '192.1.2.46' }), inward(back), false],
  ['to somewhere else', out({ destination: '192.1.2.24' }), inward(back), false],
];

for (const [title, sibling, own, torn] of siblings) {
  test(`the SA of the other direction, ${title}, is ${torn ? '' : 'not '}of the same exchange`, () => {
    assert.deepEqual(tornBy(sibling, own), [torn ? 'west 5678 none, stays' : 'west 5678 in flight, stays']);
  });
}

test('an SA of the same direction is not of the same exchange', () => {
  const both = [inward(), inward(back)];
  assert.deepEqual(excusesBySpi({ steps: boundary(100, { west: both, east: [out()] }) }), [
    'west 5678 in flight, stays',
  ]);
});

test('an SPI that was only reserved is not of the same exchange, even where others have an SA of that number', () => {
  const larval = aLarvalSa({ direction: 'out' });
  const steps = boundary(100, { west: [larval, inward(back)], nic: [out()], road: [inward()] });
  assert.deepEqual(excusesBySpi({ steps }), ['west 5678 in flight, stays']);
});

test('an SA that becomes half of a pair is torn from then on', () => {
  const west = [out(), inward(back)];
  const steps = [...boundary(100, { west }), ...boundary(200, { west, east: [inward()] })];
  assert.deepEqual(excusesBySpi({ steps }), ['west 1234abcd in flight', 'west 5678 none, stays']);
});

test('half of a pair that the other host never had is no exchange in flight, even if it goes', () => {
  const steps = [
    ...boundary(100, { west: [out(), inward(back)], east: [inward()] }),
    ...boundary(200, { west: [out()], east: [inward()] }),
  ];
  assert.deepEqual(excusesBySpi({ steps }), ['west 5678 none']);
});

test('an SPI that the other host only reserved was not shared; one that it filled later was', () => {
  const impaired: Story['commands'] = [[5, 'ipsec stop']];
  const after = boundary(200, { west: [out(), inward(back)], east: [inward()] });
  const reserved = boundary(100, { east: [aLarvalSa({ ...back })] });
  const filled = boundary(150, { east: [out(back)] });
  // `ipsec stop` excuses what was shared and is now half-open, and no half that never was.
  assert.deepEqual(excusesBySpi({ steps: [...reserved, ...after], commands: impaired }), ['west 5678 none, stays']);
  assert.deepEqual(
    excusesBySpi({ steps: [...reserved, ...filled, ...after], commands: impaired }).at(-1),
    'west 5678 killed, stays',
  );
});

test('an SA of another protocol with the same number does not share what packets went through', () => {
  const use = { bytes: 84n, packets: 1n, addTime: 1n, useTime: 1n };
  const steps: Step[] = [
    [0.1, 'west', added(ah)],
    [0.2, 'west', deleted(ah)],
    ...boundary(100, { east: [inward({ use })] }),
  ];
  assert.deepEqual(excusesBySpi({ steps }), ['east 1234abcd none, stays']);
});
