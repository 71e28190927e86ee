import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioEntry } from '../../../src/model/scenario.ts';
import { nearest, type Selection, select } from '../../../src/session/select.ts';

const entry = (suite: string, name: string, status = 'good'): ScenarioEntry => ({
  suite,
  name,
  status,
  hosts: ['east'],
});
const entries = [
  entry('swan', 'basic-pluto-01'),
  entry('swan', 'basic-pluto-02'),
  entry('swan', 'nat-01', 'wip'),
  entry('examples', 'psk'),
  entry('examples', 'a.b'),
];

function chosen(selection: Partial<Selection>): string[] {
  const { chosen } = select(entries, { selectors: ['swan', 'examples'], status: 'good', ...selection });
  return chosen.map(({ suite, name }) => `${suite}:${name}`);
}

test('a suite gives its scenarios of the wanted status, in its order', () => {
  assert.deepEqual(chosen({ selectors: ['swan'] }), ['swan:basic-pluto-01', 'swan:basic-pluto-02']);
  assert.deepEqual(chosen({ selectors: ['swan'], status: 'wip' }), ['swan:nat-01']);
  assert.equal(chosen({ status: 'all' }).length, 5);
});

test('a scenario named in full is taken whatever its status', () => {
  assert.deepEqual(chosen({ selectors: ['swan:nat-01'] }), ['swan:nat-01']);
  assert.deepEqual(chosen({ selectors: ['swan:nat-*'] }), []);
});

test('selectors add up without doubles and keep the order of the suites', () => {
  const selectors = ['examples:psk', 'swan:*-01', 'swan:basic-pluto-01'];
  assert.deepEqual(chosen({ selectors }), ['swan:basic-pluto-01', 'examples:psk']);
});

test('characters of regular expressions mean themselves in a glob', () => {
  assert.deepEqual(chosen({ selectors: ['examples:a?b'] }), ['examples:a.b']);
  assert.match(
    select(entries, { selectors: ['examples:a+b'], status: 'all' }).problem?.message ?? '',
    /nothing matches/,
  );
});

test('grep and its inverse look at suite and name', () => {
  assert.deepEqual(chosen({ grep: /^swan:/u, grepInvert: /02/u }), ['swan:basic-pluto-01']);
});

test('shards are disjoint and together the whole', () => {
  const parts = [1, 2, 3].flatMap((index) => chosen({ status: 'all', shard: { index, count: 3 } }));
  assert.deepEqual(parts.toSorted(), chosen({ status: 'all' }).toSorted());
});

test('a selector that matches nothing is told with the nearest name', () => {
  const selection = { selectors: ['swan:basic-plutoo-01'], status: 'good' };
  assert.deepEqual(select(entries, selection), {
    chosen: [],
    problem: { message: 'nothing matches swan:basic-plutoo-01', remedy: 'did you mean swan:basic-pluto-01?' },
  });
});

test('a word unlike any other has no nearest one', () => {
  assert.equal(nearest('xfrm', ['libreswan', 'examples']), undefined);
  assert.equal(nearest('libresawn', ['libreswan', 'examples']), 'libreswan');
});
