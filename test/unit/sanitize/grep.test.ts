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

test('a pattern longer than anybody writes is refused', async () => {
  const result = await grep('\\('.repeat(60_000), Buffer.from('x\n'));
  assert.deepEqual(result, { problem: 'the pattern has 120000 bytes, the limit is 16384' });
});

test('a pattern that takes all memory is a problem', async () => {
  const result = await grep('\\(a\\{1,255\\}\\)\\{1,255\\}b\\1', Buffer.from(`${'a'.repeat(50_000)}\n`));
  assert.ok('problem' in result);
  assert.match(result.problem, /memory/);
});

test('a pattern that cannot be an argument is a problem', async () => {
  assert.deepEqual(await grep('a\0b', Buffer.from('x\n')), { problem: 'the pattern holds a NUL byte' });
});

test('a pattern that grep cannot read is a problem in its own words', async () => {
  const result = await grep('[', Buffer.from('x\n'));
  assert.ok('problem' in result);
  assert.match(result.problem, /^grep: grep: (?:Unmatched|Invalid)/);
});
