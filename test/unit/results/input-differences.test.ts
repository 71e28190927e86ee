import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptInputs } from '../../../src/model/attempt.ts';
import { inputDifferences } from '../../../src/results/input-differences.ts';

const thing = (id: string, sha256 = id.padEnd(64, '0')) => ({ id, sha256 });

const stored: AttemptInputs = {
  kernel: thing('k1'),
  images: { east: thing('i1'), west: thing('i1') },
  suite: thing('s1'),
  versions: { libreswan: '5.2' },
  seed: '1',
};

test('equal inputs have no differences, whatever seed and versions say', () => {
  assert.deepEqual(inputDifferences(stored, { ...stored, seed: '2', versions: {} }), []);
});

test('another agent is named, and one that an earlier version did not store is not', () => {
  const present = { ...stored, agent: thing('a2') };
  assert.deepEqual(inputDifferences(stored, present), []);
  const [found] = inputDifferences({ ...stored, agent: thing('a1') }, present);
  assert.deepEqual([found?.what, found?.stored, found?.present], ['agent', 'a1', 'a2']);
  assert.match(found?.remedy ?? '', /another gcc/);
});

test('each input that is another one is named with both identities and how to get it', () => {
  const present = {
    ...stored,
    kernel: thing('k2'),
    images: { east: thing('i1'), west: thing('i2') },
    suite: thing('s1', 'f'.repeat(64)),
    overlays: { '*': [thing('o1')] },
  };
  const found = inputDifferences(stored, present);
  assert.deepEqual(
    found.map(({ what, stored: before, present: now }) => [what, before, now]),
    [
      ['kernel', 'k1', 'k2'],
      ['image of west', 'i1', 'i2'],
      ['suite', 's1 (sha256 s10000000000)', 's1 (sha256 ffffffffffff)'],
      ['overlay 1 of *', 'none', 'o1'],
    ],
  );
  assert.match(found[0]?.remedy ?? '', /espalier kernel import FILE/);
  assert.match(found[1]?.remedy ?? '', /--id i1/);
});

test('a suite of the same name is told by its commit, and by its files where the commit is the same', () => {
  const at = (hash: string, sha256: string): AttemptInputs => {
    const commit = { hash: hash.padEnd(40, '0'), date: '2026-01-02T03:04:05Z', subject: `add ${hash}` };
    return { ...stored, suite: { ...thing('s1', sha256.padEnd(64, '0')), commit } };
  };
  const [moved] = inputDifferences(at('abc', '1'), at('def', '2'));
  assert.equal(moved?.stored, 's1 (commit abc000000000, add abc)');
  assert.equal(moved.present, 's1 (commit def000000000, add def)');
  assert.equal(moved.remedy, 'check out the suite as it was (s1, commit abc000000000, add abc)');
  assert.equal(inputDifferences(at('abc', '1'), at('abc', '2'))[0]?.present, 's1 (sha256 200000000000)');
  assert.deepEqual(inputDifferences(at('abc', '1'), at('def', '1')), []);
});
