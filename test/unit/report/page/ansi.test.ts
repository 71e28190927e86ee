import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consoleLine, Style } from '../../../../src/report/page/ansi.ts';

test('colours and attributes become classes, in the spans that had them', () => {
  assert.deepEqual(consoleLine('a\x1b[1;31mred\x1b[22m, still\x1b[0m end\r'), {
    text: 'ared, still end',
    styles: [
      [1, 4, 'bold f1'],
      [4, 11, 'f1'],
    ],
  });
  assert.deepEqual(consoleLine('\x1b[38;5;200mx\x1b[48;2;1;2;31my\x1b[97;44mz').styles, [[2, 3, 'f7 b4']]);
});

test('a style goes on in the next line', () => {
  const style = new Style();
  consoleLine('\x1b[32mgreen', style);
  assert.deepEqual(consoleLine('still', style), { text: 'still', styles: [[0, 5, 'f2']] });
});

test('titles, links, clipboard and C1 are dropped, in both of their forms', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['\x1b]0;title\x07a', 'a'],
    ['\x1b]8;;javascript:alert(1)\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['\x1b]52;c;ZXZpbA==\x07b', 'b'],
    ['\x9d0;title\x9cc', 'c'],
    ['\x9b31md', 'd'],
    ['\x1bP1$r\x1b\\e', 'e'],
    ['\x85\x8df', 'f'],
    ['\x1b[2J\x1b[10;10Hg', 'g'],
    ['\x1b]0;open', ''],
    ['\x1b[', ''],
    ['\x1b(Bh', 'h'],
  ];
  for (const [raw, text] of cases) assert.equal(consoleLine(raw).text, text, JSON.stringify(raw));
});

test('what is left of controls is spelled out, tabs are columns', () => {
  assert.equal(consoleLine('a\tb\x08\u202ec').text, 'a       b\\x08\\u202ec');
});

test('whatever came over a console, a line holds no controls, and its spans lie in it in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\x1b[', '31m', '\x9b', ';', 'm'))),
      (parts) => {
        const { text, styles = [] } = consoleLine(parts.join('').replaceAll('\n', ''));
        assert.doesNotMatch(text, /\p{Cc}|\u202e/u);
        let at = 0;
        for (const [begin, end, classes] of styles) {
          assert.ok(begin >= at && end > begin && end <= text.length);
          assert.match(
            classes,
            /^(?:bold|faint|italic|under|inverse|[fb][0-7])(?: (?:bold|faint|italic|under|inverse|[fb][0-7]))*$/,
          );
          at = end;
        }
      },
    ),
  );
});

test('a line that never ends is cut, and says by how much', () => {
  assert.match(consoleLine('x'.repeat(5000)).text, /^x{2000} … 3000 more characters$/);
});
