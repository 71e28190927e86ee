import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyseSed, literalIn } from '../../../src/sanitize/sed-script.ts';

const lineWise: readonly (readonly [string, boolean])[] = [
  ['s/a/b/g\n# comment\n/x/d', true],
  ['/a/,/b/d', true],
  ['/a/,$d', true],
  ['s/\\(a\\)/\\1/2I', true],
  ['/x/ { s/a/b/; s;c;d; }', true],
  ['/x/ s//y/', true],
  ['/x/ b end\ns/a/b/\n:end', true],
  ['s/a\\/b/c/', true],
  ['s//y/', false],
  ['/x/! s//y/', false],
  ['N', false],
  ['n', false],
  ['p', false],
  ['s/a/b/p', false],
  ['s/a/b/w file', false],
  ['s/a/b/e', false],
  ['$d', false],
  ['3d', false],
  ['/a/,3d', false],
  ['/a/,+1d', false],
  ['D', false],
  ['h', false],
  ['t end\n:end', false],
  ['b', false],
  ['q', false],
  ['a\\\ntext', false],
  ['y/a/b/', false],
  ['s/a/b', false],
  ['#n\ns/a/b/', false],
];
for (const [script, expected] of lineWise) {
  test(`${expected ? 'may' : 'must not'} share a sed: ${JSON.stringify(script)}`, () =>
    assert.equal(analyseSed(script, false).lineWise, expected));
}

test('a script under -n never shares a sed', () => assert.equal(analyseSed('s/a/b/', true).lineWise, false));

test('replacements with a newline add lines', () => {
  assert.equal(analyseSed('s/a/b\\nc/', false).addsLines, true);
  assert.equal(analyseSed('s/a/b\\\nc/', false).addsLines, true);
  assert.equal(analyseSed('s/a/b/', false).addsLines, false);
});

const triggers: readonly (readonly [string, string, boolean, readonly string[] | undefined])[] = [
  ['a scoped script', '/^ one /b in\n/two$/b in\nb out\n:in\nn\ns/a/b/\nb in\n:out', false, [' one ', 'two']],
  ['a script under -n that prints all', '/^ one/b in\nb out\n:in\nn\nb in\n:out\np', true, [' one']],
  ['a script under -n that prints nothing', '/^ one/b out\n:out', true, undefined],
  ['plain replacements', 's/abc*/x/\n/[0-9] def/d', false, ['ab', ' def']],
  ['a block', '/abc/ {\n N\n s/x/y/\n}', false, ['abc']],
  ['a negated address', '/abc/! s/x/y/', false, undefined],
  ['a pattern without certain text', 's/[0-9]*//', false, undefined],
  ['a loop', ':top\nb top', false, undefined],
  ['a command for every line', 's/abc/x/\nn', false, undefined],
];
for (const [title, script, quiet, expected] of triggers) {
  test(`triggers of ${title}`, () => assert.deepEqual(analyseSed(script, quiet).triggers, expected));
}

const literals: readonly (readonly [string, string])[] = [
  ['abc', 'abc'],
  ['^abc$', 'abc'],
  ['ab*c', 'a'],
  ['a.bcd', 'bcd'],
  ['a\\{0,3\\}bc', 'bc'],
  ['a\\?bc', 'bc'],
  ['a\\+', 'a'],
  ['a\\|b', ''],
  ['\\(abc\\)*d', ''],
  ['\\(abc\\)d', 'abc'],
  ['\\x41bc', ''],
  ['[]abc]de', 'de'],
  ['[^]abc]de', 'de'],
  ['[[:digit:]x]de', 'de'],
  ['a\\.b', 'a.b'],
  ['é*x', 'x'],
  ['[[.a.]]bc', ''],
  ['[[=a=]]bc', ''],
  ['ab[c', ''],
  ['a\\{bc', 'bc'],
];
for (const [pattern, expected] of literals) {
  test(`certain text of ${pattern}`, () => assert.equal(literalIn(Buffer.from(pattern).toString('latin1')), expected));
}

/** Scripts that cost the square of their length, or more, where a reader looks at a character again and again. */
const long: Readonly<Record<string, string>> = {
  'brackets that are not closed': `s/${'['.repeat(60_000)}/x/`,
  'intervals that are not closed': `s/${'\\{'.repeat(60_000)}/x/`,
  'classes that are not closed': `s/[${'[:a'.repeat(60_000)}/x/`,
  'a long run of bytes before a star': `s/${'\xff'.repeat(200_000)}a*/x/`,
  jumps: Array.from({ length: 30_000 }, (_, i) => `b x${i}\n:x${i}\n`).join(''),
  blocks: `${'/a/ {\n'.repeat(30_000)}${'}\n'.repeat(30_000)}`,
  comments: '#\n;'.repeat(80_000),
};
for (const [title, script] of Object.entries(long)) {
  test(`a script is read in the time that its length asks for: ${title}`, { timeout: 5000 }, () => {
    const started = process.cpuUsage();
    analyseSed(script, false);
    const { user } = process.cpuUsage(started);
    assert.ok(user < 1_500_000, `${user / 1000} ms`);
  });
}
