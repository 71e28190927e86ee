import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closest } from '../../../src/dialogue/closest.ts';
import { ConsoleText } from '../../../src/dialogue/console-text.ts';

function textOf(bytes: string): string {
  return new ConsoleText().push(Buffer.from(bytes, 'latin1'));
}

test('colours, titles and character sets are left out', () => {
  assert.equal(textOf('\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b]0;title\x1b\\y\x1b(Bz\x1b7\x00\x7f'), 'red xyz');
});

test('what is drawn elsewhere on the screen is a line of its own', () => {
  assert.equal(textOf('one\x1b[5;10Htwo\x1b[2Jthree'), 'one\ntwo\nthree');
});

test('a carriage return ends a line, with a line feed the same one', () => {
  assert.equal(textOf('a\r\nb\r\r\nc\r 10 %\r 20 %'), 'a\nb\nc\n 10 %\n 20 %');
});

test('the text does not depend on how its bytes are cut', () => {
  const bytes = fc.array(fc.constantFrom(...'ab\r\n\x1b[]0;H\x07\\(B\x00'), { maxLength: 60 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 7 }), (characters, size) => {
      const all = Buffer.from(characters.join(''), 'latin1');
      const text = new ConsoleText();
      let cut = '';
      for (let at = 0; at < all.length; at += size) cut += text.push(all.subarray(at, at + size));
      assert.equal(cut, new ConsoleText().push(all));
    }),
  );
});

test('the closest part of a text is found, with its distance', () => {
  assert.deepEqual(closest('root disk', 'Which is the root disk? '), { distance: 0, end: 22 });
  assert.deepEqual(closest('root disk', 'Which is the ro~t dsk? '), { distance: 2, end: 21 });
  assert.deepEqual(closest('abc', ''), { distance: 3, end: 0 });
});

test('a text has no part that is closer than the closest one', () => {
  const letters = (maxLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength }).map((all) => all.join(''));
  fc.assert(
    fc.property(letters(5), letters(9), (pattern, text) => {
      const parts = [...text, ''].flatMap((_, from) =>
        [...text, ''].map((_one, size) => text.slice(from, from + size)),
      );
      const least = Math.min(...parts.map((part) => distance(pattern, part)));
      assert.equal(closest(pattern, text).distance, least);
    }),
  );
});

/** Levenshtein's distance, by its definition. */
function distance(one: string, other: string): number {
  if (one === '' || other === '') return one.length + other.length;
  if (one[0] === other[0]) return distance(one.slice(1), other.slice(1));
  const ways = [distance(one.slice(1), other), distance(one, other.slice(1)), distance(one.slice(1), other.slice(1))];
  return 1 + Math.min(...ways);
}
