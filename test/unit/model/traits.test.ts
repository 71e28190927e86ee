import assert from 'node:assert/strict';
import { test } from 'node:test';
import { substrates } from '../../../src/lab/substrate/all.ts';
import { lackingOf, traitsWith } from '../../../src/model/traits.ts';

test('what is lacking is named in order, and nothing is said where nothing lacks', () => {
  assert.deepEqual(lackingOf({ virtualTime: false, seeds: true, captures: false }), ['virtualTime', 'captures']);
  assert.equal(lackingOf({ virtualTime: true, seeds: true, captures: true }), undefined);
});

test('attempts name what their substrate cannot promise', () => {
  assert.deepEqual(
    substrates.map(({ name, traits }) => [name, lackingOf(traits)]),
    [
      ['uml', undefined],
      ['qemu', ['virtualTime', 'seeds']],
      ['fake', undefined],
    ],
  );
});

test("a clock in which the machine's time has a part takes the promise of seeds, and the machine's own time that of virtual time", () => {
  const all = { virtualTime: true, seeds: true, captures: true };
  assert.deepEqual(traitsWith(all), all);
  assert.deepEqual(lackingOf(traitsWith(all, 'cpu')), ['seeds']);
  assert.deepEqual(lackingOf(traitsWith(all, 'real')), ['virtualTime', 'seeds']);
  assert.deepEqual(lackingOf(traitsWith({ ...all, captures: false }, 'infinite')), ['captures']);
});
