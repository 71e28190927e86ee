import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contains,
  countIn,
  firstOf,
  parseRanges,
  rangesOf,
  rangesPattern,
  rangesText,
} from '../../../src/model/ranges.ts';

const rows: readonly (readonly [numbers: readonly number[], text: string])[] = [
  [[3], '3'],
  [[3, 4], '3-4'],
  [[3, 5], '3,5'],
  [[5, 6, 7, 8, 9], '5-9'],
  [[12, 14, 16], '12-16/2'],
  [[1, 2, 4, 6, 8], '1-2,4-8/2'],
  [[1, 7, 13, 14], '1-13/6,14'],
  [[5, 5, 5], '5,5,5'],
  [[9, 8, 7], '9,8,7'],
  [[0, 1, 0, 1], '0-1,0-1'],
];
for (const [numbers, text] of rows) {
  test(`${numbers} is ${text}, and back`, () => {
    assert.equal(rangesText(rangesOf(numbers)), text);
    assert.deepEqual(firstOf(parseRanges(text), Number.POSITIVE_INFINITY), numbers);
  });
}

test('numbers in any order come back from their text', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 }), { minLength: 1 }), (numbers) => {
      const text = rangesText(rangesOf(numbers));
      assert.match(text, rangesPattern);
      const ranges = parseRanges(text);
      assert.deepEqual(firstOf(ranges, numbers.length + 1), numbers);
      assert.equal(countIn(ranges), numbers.length);
      for (let number = 0; number <= 60; number += 1) {
        assert.equal(contains(ranges, number), numbers.includes(number));
      }
    }),
  );
});

test('a text that names more numbers than there could be is not listed', () => {
  const ranges = parseRanges('1-9007199254740991,7-3,5-20/0');
  assert.deepEqual(firstOf(ranges, 3), [1, 2, 3]);
  assert.equal(countIn(parseRanges('7-3,5-20/0')), 17);
});

test('the pattern takes nothing else', () => {
  for (const text of ['', '1,', '-1', '1-', '1-2/', '1/2', 'a', '1 2', '1\n']) assert.doesNotMatch(text, rangesPattern);
});
