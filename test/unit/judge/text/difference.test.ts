import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference, sameButWhitespace, unifiedDiff } from '../../../../src/judge/text/difference.ts';

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
const many = (word: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${word}${at}`);

test('a unified diff has both names, three lines around a change, and nothing for equal texts', () => {
  const before = lines('1', '2', '3', '4', 'old', '6', '7', '8', '9');
  const after = before.replace('old', 'new');
  const hunk = ['@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-old', '+new', ' 6', ' 7', ' 8'];
  assert.equal(unifiedDiff(before, after, ['a/x', 'b/x']), lines('--- a/x', '+++ b/x', ...hunk));
  assert.equal(unifiedDiff(before, after, ['x', 'x']), lines('--- x', '+++ x', ...hunk));
  assert.equal(unifiedDiff(before, before, ['a', 'b']), '');
});

test('a change too large to look for the smallest one is told whole, behind what both begin with', () => {
  // 500 lines of each side and a common one between them: 1,000 lines changed are looked through, one more are not.
  const text = (word: string, more: readonly string[]): string =>
    lines('same', ...many(word, 250), 'middle', ...many(`${word}-`, 250), ...more);
  const kept = unifiedDiff(text('old', []), text('new', []), ['a', 'b']).split('\n');
  assert.ok(kept.includes(' middle'));
  const whole = unifiedDiff(text('old', ['end']), text('new', []), ['a', 'b']);
  const part = (sign: string, word: string): string[] =>
    [...many(word, 250), 'middle', ...many(`${word}-`, 250)].map((line) => `${sign}${line}`);
  const expected = ['--- a', '+++ b', '@@ -2,502 +2,501 @@', ...part('-', 'old'), '-end', ...part('+', 'new')];
  assert.equal(whole, lines(...expected));
});

test('the first difference has its line, its command and an excerpt', () => {
  const before = lines('first', 'a', 'east #', ' second', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  assert.deepEqual(firstDifference(before, before.replace('\nc\n', '\nC\n')), {
    line: 6,
    command: 'second',
    excerpt: [' east #', '  second', ' b', '-c', '+C', ' d', ' e', ' f'].join('\n'),
  });
});

test('an excerpt ends after sixteen lines and says how many more there are', () => {
  const excerptOf = (count: number): string[] =>
    firstDifference(lines(...many('old', count)), lines(...many('new', count))).excerpt.split('\n');
  assert.deepEqual(excerptOf(8), [...many('-old', 8), ...many('+new', 8)]);
  assert.deepEqual(excerptOf(9), [...many('-old', 9), ...many('+new', 7), '… 2 more lines']);
  // Only sixty lines of either are looked at.
  assert.equal(excerptOf(100).at(-1), '… 104 more lines');
  const [same, old] = [many('s', 10), many('old', 80)];
  const late = firstDifference(lines(...same, ...old), lines(...same, ...many('new', 80)));
  assert.deepEqual(late.excerpt.split('\n').slice(0, 4), [' s7', ' s8', ' s9', '-old0']);
  assert.equal(late.excerpt.split('\n').at(-1), '… 107 more lines');
});

test('texts that differ in their end alone', () => {
  assert.deepEqual(firstDifference('1\n2\n3\n4', '1\n2\n3\n4\n'), {
    line: 5,
    command: '1',
    excerpt: [' 2', ' 3', ' 4', '\\ No newline at the end of one of them'].join('\n'),
  });
  assert.deepEqual(firstDifference('a\nb\n', 'a\nb\nc\n'), { line: 3, command: 'a', excerpt: ' a\n b\n+c' });
  assert.deepEqual(firstDifference('a\nb\nc\n', 'a\nb\n'), { line: 3, command: 'a', excerpt: ' a\n b\n-c' });
  assert.deepEqual(firstDifference('a\nb', 'a\nc\n').line, 2);
});

const commands: readonly (readonly [title: string, expected: string, received: string, command: string | undefined])[] =
  [
    ['the first line has no prompt', 'echo a\na\n', 'echo a\nb\n', 'echo a'],
    ['the first line itself', 'echo a\na\n', 'echo b\na\n', undefined],
    ['a prompt and a command below it', 'true\nwest #\n echo a\na\n', 'true\nwest #\n echo a\nb\n', 'echo a'],
    ['the command itself', 'true\nwest #\n echo a\n', 'true\nwest #\n echo b\n', 'echo a'],
    ['the prompt', 'true\na\nwest #\n echo a\n', 'true\na\neast #\n echo a\n', 'true'],
    ['prompt and command in one line', 'true\nwest# echo a\na\n', 'true\nwest# echo a\nb\n', 'echo a'],
    ['the first line of a merged console', 'west# echo a\na\n', 'west# echo a\nb\n', 'echo a'],
    ['output below a prompt at which nothing was typed', 'true\nwest #\na\nb\n', 'true\nwest #\na\nc\n', 'true'],
    ['hosts with digits and hyphens', 'true\nwest-2# echo a\na\n', 'true\nwest-2# echo a\nb\n', 'echo a'],
    ['a line of output with a blank in front', 'true\na\n b\nc\n', 'true\na\n b\nd\n', 'true'],
    ['the last command of several', 'true\nw #\n a\nw #\n b\nc\n', 'true\nw #\n a\nw #\n b\nd\n', 'b'],
    ['a text that ends early', 'true\nwest #\n echo a\n', 'true\nwest #\n echo a\na\n', 'echo a'],
    ['only the received one has a command there', '', 'true\nwest #\n', undefined],
    ['the second line below nothing', 'a\n', 'a\n b\n', 'a'],
  ];

test('the command above a difference', () => {
  for (const [title, expected, received, command] of commands) {
    const found = firstDifference(expected, received);
    assert.equal(found.command, command, title);
    assert.equal('command' in found, command !== undefined, title);
  }
});

test('blanks, tabs and empty lines are white space, the ends of lines between words are not', () => {
  assert.equal(sameButWhitespace('a  b\tc\n\n\nd\n', '\na bc\nd\n'), true);
  assert.equal(sameButWhitespace('\n\na\n', 'a\n'), true);
  assert.equal(sameButWhitespace('a\nb\n', 'ab\n'), false);
  assert.equal(sameButWhitespace('a\n', 'b\n'), false);
});
