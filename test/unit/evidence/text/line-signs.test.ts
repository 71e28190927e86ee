import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type LineSign, signedLines } from '../../../../src/evidence/text/line-signs.ts';

const sign: LineSign = { holds: 'bad', line: /^(?:so )?bad\b/ };
const found = (text: string): [number, string, number][] =>
  [...signedLines(Buffer.from(text, 'latin1'), sign)].map(({ line, text: shown, at }) => [line, shown, at]);

test('every line with the sign is found once, with its number and offset', () => {
  assert.deepEqual(found('bad\nfine\nso bad bad\r\nnot bad\n\nbad'), [
    [1, 'bad', 0],
    [3, 'so bad bad', 9],
    [6, 'bad', 30],
  ]);
  assert.deepEqual(found(''), []);
  assert.deepEqual(found('good\n'), []);
});

test('the same lines are found as by looking at each', () => {
  const pieces = fc.constantFrom('bad', 'so ', 'x', '\n', 'bad bad', 'ba', 'd');
  fc.assert(
    fc.property(fc.array(pieces), (parts) => {
      const text = parts.join('');
      const lines = text.split('\n').flatMap((line, index) => (sign.line.test(line) ? [index + 1] : []));
      assert.deepEqual(
        found(text).map(([line]) => line),
        lines,
      );
      for (const [, shown, at] of found(text)) assert.equal(text.slice(at).split('\n')[0]?.trimEnd(), shown);
    }),
  );
});

test('a long line is cut where it is shown, and bytes that are no UTF-8 are replaced', () => {
  const [[, shown] = [0, '', 0]] = found(`bad ${'x'.repeat(10_000)}\n`);
  assert.equal(shown, `bad ${'x'.repeat(296)}…`);
  assert.deepEqual(found('bad \xff \xc3\xa4\n'), [[1, 'bad \ufffd ä', 0]]);
});
