import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatsIn } from '../../../src/base/repeats.ts';

test('neighbours that are alike are together, others are not', () => {
  const of = (text: string) => repeatsIn([...text], (one, next) => one === next).map((part) => part.join(''));
  assert.deepEqual(of(''), []);
  assert.deepEqual(of('a'), ['a']);
  assert.deepEqual(of('aabbba'), ['aa', 'bbb', 'a']);
});
