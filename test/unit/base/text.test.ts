import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { latin1, utf8OfLatin1 } from '../../../src/base/bytes.ts';
import { compare, duration, excerptOf, leftText, secondsText, shellQuoted, shellWord } from '../../../src/base/text.ts';

test('a shell reads a word back with the same bytes', () => {
  const words = fc.array(
    fc.string().filter((text) => text !== '' && !text.includes('\0')),
    { minLength: 20, maxLength: 20 },
  );
  for (const quote of [shellQuoted, shellWord]) {
    const read = (texts: readonly string[]): string =>
      execFileSync('sh', ['-c', `printf '%s\\0' ${texts.map(quote).join(' ')}`], { encoding: 'utf8' });
    fc.assert(
      fc.property(words, (texts) =>
        assert.equal(read(texts), texts.map((text) => `${text.toWellFormed()}\0`).join('')),
      ),
      { numRuns: 10 },
    );
  }
});

test('only words that a shell would change are put in quotes', () => {
  const plain = ['a', '/etc/ipsec.d', 'x=1', '10.0.0.1/24', '2001:db8::1', '--flag', 'user@host', '50%', 'a+b'];
  assert.deepEqual(plain.map(shellWord), plain);
  for (const text of ['', ' ', 'a b', '$a', '*', 'a;b', '~', "it's", 'a,b', 'ä', '\n'])
    assert.equal(shellWord(text), shellQuoted(text));
});

test('durations are written for people', () => {
  assert.deepEqual([0, 900, 59_400, 61_000, 3_600_000].map(duration), [
    '0 s',
    '1 s',
    '59 s',
    '1 min 01 s',
    '60 min 00 s',
  ]);
  assert.deepEqual([0, 999, 1000, 90_000].map(leftText), [
    'almost done',
    'almost done',
    'about 1 s left',
    'about 1 min 30 s left',
  ]);
  assert.deepEqual([0, 49, 50, 123_456].map(secondsText), ['0.0 s', '0.0 s', '0.1 s', '123.5 s']);
});

test('foreign text in a message is short and cannot leave its quotes', () => {
  assert.equal(excerptOf('a "b"\x1b\n'), '"a \\"b\\"\\u001b\\n"');
  assert.equal(excerptOf('x'.repeat(100)), `"${'x'.repeat(60)}"`);
});

test('the order is that of values and code units', () => {
  assert.deepEqual(['b', 'a', 'B', 'ä', 'a'].sort(compare), ['B', 'a', 'a', 'b', 'ä']);
  assert.deepEqual([10n, 9n, 10n].sort(compare), [9n, 10n, 10n]);
  assert.equal(compare(1, 1), 0);
});

test('bytes that stand one per character become the text that they are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(utf8OfLatin1(latin1(Buffer.from(text))), text.toWellFormed());
    }),
  );
  assert.equal(utf8OfLatin1('a\xff\xe4b'), 'a\ufffd\ufffdb');
});
