import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grep } from '../../../src/sanitize/grep.ts';

const found: readonly (readonly [pattern: string, input: string, lines: readonly string[]])[] = [
  ['a.*c', 'abc\nxyz\nac\n', ['abc', 'ac']],
  ['\\(a\\|b\\)$', 'xa\nbx\n', ['xa']],
  ['[{]1}', 'x{1}\n', ['x{1}']],
  ['a+', 'a+\naa\n', ['a+']],
  ['x', '', []],
  ['a.b', 'a\xffb\n', ['a\xffb']],
];

for (const [pattern, input, lines] of found) {
  test(`grep finds ${JSON.stringify(lines)} by ${JSON.stringify(pattern)}`, async () => {
    assert.deepEqual(await grep(pattern, Buffer.from(input, 'latin1')), {
      lines,
    });
  });
}

test('a pattern that grep cannot read is a problem in its own words', async () => {
  const result = await grep('[', Buffer.from('x\n'));
  assert.ok('problem' in result);
  assert.match(result.problem, /^grep: grep: (?:Unmatched|Invalid)/);
});
