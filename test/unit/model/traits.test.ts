import assert from 'node:assert/strict';
import { test } from 'node:test';
import { substrates } from '../../../src/lab/substrate/all.ts';
import { lackingOf } from '../../../src/model/traits.ts';

test('what is lacking is named in order, and nothing is said where nothing lacks', () => {
  assert.deepEqual(lackingOf({ virtualTime: false, seeds: true, captures: false }), ['virtualTime', 'captures']);
  assert.equal(lackingOf({ virtualTime: true, seeds: true, captures: true }), undefined);
});

test('attempts of the substrates that are there name nothing', () => {
  for (const { name, traits } of substrates) assert.equal(lackingOf(traits), undefined, name);
});
