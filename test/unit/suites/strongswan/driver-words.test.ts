import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { driverWords } from '../../../../src/suites/strongswan/driver-words.ts';

const read: readonly (readonly [text: string, words: readonly string[]])[] = [
  ['swanctl --list-sas', ['swanctl', '--list-sas']],
  ['  a   b\t c ', ['a', 'b', 'c']],
  ['"a   b"', ['a b']],
  ['"a "b" c"', ['a b c']],
  ['"a"b c"d"', ['ab', 'cd']],
  ['\'a "b" $c\' d', ['a "b" $c', 'd']],
  ['fec1:\\:10', ['fec1::10']],
  ['"fec1:\\:10"', ['fec1:\\:10']],
  ['"\\$x \\`y \\"z \\\\w"', ['$x `y "z \\w']],
  ['"a$"', ['a$']],
  ['"^a.*b$ c"', ['^a.*b$ c']],
  ['ls /etc/*.conf [ab]? x{1}', ['ls', '/etc/*.conf', '[ab]?', 'x{1}']],
  ['"{a,b} ~ # ; | &"', ['{a,b} ~ # ; | &']],
  ['a#b c~', ['a#b', 'c~']],
  ['status 2> /dev/null', ['status']],
  ['status 2>/dev/null', ['status']],
  ['ping 2>&1> /dev/null', ['ping']],
  ['a >/dev/null b', ['a', 'b']],
  ['a2>/dev/null', ['a2']],
  ['""', ['']],
  ['', []],
];

for (const [text, words] of read) {
  test(`the driver's shell makes words of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(driverWords(text), { words });
  });
}

const refused: readonly (readonly [text: string, reason: RegExp])[] = [
  ['a; b', /second command/],
  ['a && b', /second command/],
  ['a | b', /pipe/],
  ['(a)', /subshell/],
  ['a < b', /input/],
  ['a > b', /file of the driver/],
  ['a > /dev/nullx', /file of the driver/],
  ['a 3>&1', /descriptor 3/],
  ['"`date`"', /output of a command/],
  ['a `date`', /output of a command/],
  ['"$HOME"', /variable/],
  ['a $1', /variable/],
  ['"$(date)"', /variable/],
  ['a{b,c}', /braces/],
  ['{1..3}', /braces/],
  ['# a', /before a word/],
  ['~/a', /before a word/],
  ['"a', /not closed/],
  ["'a", /not closed/],
];

for (const [text, reason] of refused) {
  test(`the driver's shell is not followed through ${JSON.stringify(text)}`, () => {
    const result = driverWords(text);
    assert.ok('refused' in result);
    assert.match(result.refused, reason);
  });
}

test('a word in single quotes comes out as it went in', () => {
  const plain = fc.string().map((text) => text.replace(/['\n\t]| +/g, ' ').replace(/ +/g, ' '));
  fc.assert(
    fc.property(plain, (text) => {
      assert.deepEqual(driverWords(`'${text}'`), { words: [text] });
    }),
  );
});

test('whatever stands there is read or refused, never thrown', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const result = driverWords(text);
      assert.ok('words' in result || result.refused !== '');
    }),
  );
});
