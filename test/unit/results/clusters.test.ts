import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clusterDifferences, type Difference } from '../../../src/results/clusters.ts';

const diff = (...lines: readonly string[]): string =>
  `--- expected/x\n+++ received/x\n@@ -1,1 +1,1 @@\n${lines.map((line) => `${line}\n`).join('')}`;
const one = (name: string, ...lines: readonly string[]): Difference => ({
  test: name,
  hosts: ['east', 'west'],
  diffs: [diff(...lines)],
});

const neutralPairs: readonly (readonly [what: string, a: string, b: string, same: boolean])[] = [
  ['numbers', '+took 12 ms', '+took 3 ms', true],
  ['addresses', '+from 192.0.1.254 to 2001:db8::1', '+from 10.0.0.1 to fe80::2', true],
  ['SPIs', '+ESP=>0xdeadbeef', '+ESP=>0x01', true],
  ['bare SPIs', '+spi c0ffee0123', '+spi deadbeef01', true],
  ['connections', '+"westnet-eastnet"[1] #1: up', '+"north-road" #2: up', true],
  ['hosts', '+east is up', '+west is up', true],
  ['words', '+tunnel is up', '+tunnel is down', false],
  ['signs', '+tunnel is up', '-tunnel is up', false],
  ['plain words that look like hex', '+deadbeefface', '+facedeadbeef', false],
];

for (const [what, a, b, same] of neutralPairs) {
  test(`changes that differ in ${what} are ${same ? 'one cluster' : 'kept apart'}`, () => {
    const clusters = clusterDifferences([one('s:a', a), one('s:b', b)]);
    assert.deepEqual(clusters, same ? [{ lines: [a], tests: ['s:a', 's:b'] }] : []);
  });
}

test('changes that the very same tests show are told once, and the largest group stands first', () => {
  const clusters = clusterDifferences([
    one('s:1', '+alone', ' same', '-x', '+y', ' same', '+z'),
    one('s:2', '-x', '+y', ' same', '+z'),
    one('s:3', '+often'),
    one('s:4', '+often'),
    one('s:5', '+often'),
  ]);
  assert.deepEqual(clusters, [
    { lines: ['+often'], tests: ['s:3', 's:4', 's:5'] },
    { lines: ['-x', '+y', '+z'], tests: ['s:1', 's:2'] },
  ]);
});

test('file headers are no changes', () => {
  assert.deepEqual(clusterDifferences([one('s:a', ' x'), one('s:b', ' x')]), []);
});

const texts = fc.array(fc.constantFrom('+a', '-b', ' c', '+1', '+2', '@@ -1 +1 @@', '+"x" up'), { maxLength: 8 });

test('every cluster has at least two tests, and the order of the tests does not matter', () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 12 }), (all) => {
      const differences = all.map((lines, index) => one(`s:${index}`, ...lines));
      const clusters = clusterDifferences(differences);
      assert.deepEqual(clusterDifferences(differences.toReversed()), clusters);
      for (const [index, { tests, lines }] of clusters.entries()) {
        assert.ok(tests.length >= 2 && lines.length > 0);
        assert.ok(tests.length <= (clusters[index - 1]?.tests.length ?? Infinity));
      }
    }),
  );
});

test('ten times as many large differences cost no more than linear work does', () => {
  const lines = Array.from(
    { length: 3000 },
    (_, i) => `${i % 3 === 0 ? ' ' : '+'}002 "north-${i}" #${i}: ${'ab:'.repeat(200)}`,
  );
  /** Microseconds of this process, so that a busy machine changes little; a ratio, so that a slow one changes nothing. */
  const cost = (count: number): number => {
    const differences = Array.from({ length: count }, (_, i) => one(`s:${i}`, ...lines));
    const before = process.cpuUsage().user;
    const clusters = clusterDifferences(differences);
    assert.equal(clusters[0]?.tests.length, count);
    assert.ok((clusters[0]?.lines.length ?? 0) <= 13);
    return process.cpuUsage().user - before;
  };
  cost(30);
  const [few, many] = [cost(30), cost(300)];
  assert.ok(many < 40 * few, `${many} us after ${few} us; what is compared pairwise takes a hundred times as long`);
});
