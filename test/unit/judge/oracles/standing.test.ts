import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Standing } from '../../../../src/judge/oracles/standing.ts';

test('what stands is followed by its key: as it was first and last, since when, until when', () => {
  const standing = new Standing<string>();
  standing.see(new Map([['a', 'a1']]), 10n);
  standing.see(
    new Map([
      ['b', 'b1'],
      ['a', 'a2'],
    ]),
    20n,
  );
  standing.see(new Map([['b', 'b2']]), 30n);
  standing.see(new Map([['a', 'a3']]), 40n);
  assert.deepEqual(standing.spans, [
    { key: 'a', first: 'a1', last: 'a2', since: 10n, until: 30n, stays: false },
    { key: 'b', first: 'b1', last: 'b2', since: 20n, until: 40n, stays: false },
    { key: 'a', first: 'a3', last: 'a3', since: 40n, until: 40n, stays: true },
  ]);
});

test('spans of one key never meet, and hold exactly the moments at which it was there', () => {
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c')), { maxLength: 20 }), (moments) => {
      const standing = new Standing<string>();
      for (const [at, keys] of moments.entries()) standing.see(new Map(keys.map((key) => [key, key])), BigInt(at));
      for (const key of ['a', 'b', 'c']) {
        const spans = standing.spans.filter((span) => span.key === key);
        const isIn = (at: bigint): boolean =>
          spans.some(({ since, until, stays }) => since <= at && (stays ? at <= until : at < until));
        for (const [at, keys] of moments.entries()) assert.equal(isIn(BigInt(at)), keys.includes(key));
      }
    }),
  );
});
