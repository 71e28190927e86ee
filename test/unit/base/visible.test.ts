import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible, visibleLine } from '../../../src/base/visible.ts';

test('control and format characters are spelled out, text stays', () => {
  assert.equal(visible('a\x1b[31mb\rc\x07\u202e\ttab\nü'), 'a\\x1b[31mb\\rc\\x07\\u202e\ttab\nü');
  assert.equal(visibleLine('a\nb\tc'), 'a\\nb c');
});
