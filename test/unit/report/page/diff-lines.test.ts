import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffLines } from '../../../../src/report/page/diff-lines.ts';

test('lines that became others have their changed words marked', () => {
  const text = '--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n-flag noecn nopmtudisc af-unspec\n+flag noecn af-unspec\n';
  assert.deepEqual(diffLines(text), [
    { sign: '@', text: '@@ -1,2 +1,2 @@' },
    { sign: ' ', text: 'same' },
    { sign: '-', text: 'flag noecn nopmtudisc af-unspec', marks: [[11, 22]] },
    { sign: '+', text: 'flag noecn af-unspec', marks: [] },
  ]);
});

test('lines with nothing in common, and unequal numbers of them, have no marks', () => {
  for (const text of ['-abc def\n+123 456\n', '-a b\n-c d\n+a c\n']) {
    assert.ok(
      diffLines(text).every(({ marks }) => marks === undefined),
      text,
    );
  }
});

test('an excerpt that is no difference keeps its first letter', () => {
  assert.deepEqual(diffLines('EXPECTATION FAILED'), [{ sign: ' ', text: 'EXPECTATION FAILED' }]);
});
