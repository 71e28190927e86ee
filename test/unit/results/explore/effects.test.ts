import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fate } from '../../../../src/model/faults.ts';
import { effectsOf } from '../../../../src/results/explore/effects.ts';

const second = 1_000_000_000n;

/** Effects of records of rules, in a lab that ends after 100 s. */
function effects(all: readonly (readonly [rule: number, fate: Fate, seconds: bigint])[]) {
  const faults = all.map(([rule, fate, at]) => ({
    type: 'fault' as const,
    ...{ rule, fate, link: 0, frame: new Uint8Array(), time: at * second },
  }));
  return effectsOf({ faults, end: { time: 100n * second, sequence: 0 } });
}

test('a fault counts once it has happened: a frame that waits, or whose copy is to come, is not yet harmed', () => {
  const cases: readonly (readonly [number, Parameters<typeof effects>[0]])[] = [
    [1, [[1, 'dropped', 5n]]],
    [
      1,
      [
        [1, 'changed', 5n],
        [1, 'spoiled', 5n],
      ],
    ],
    [0, [[1, 'changed', 5n]]],
    [0, [[1, 'held', 5n]]],
    [
      1,
      [
        [1, 'held', 5n],
        [1, 'whole', 35n],
      ],
    ],
    [
      0,
      [
        [1, 'duplicated', 5n],
        [1, 'whole', 5n],
      ],
    ],
    [
      1,
      [
        [1, 'duplicated', 5n],
        [1, 'whole', 5n],
        [1, 'copy', 7n],
      ],
    ],
    // What rules passed on, and what belongs to none.
    [
      0,
      [
        [1, 'passed', 5n],
        [0, 'dropped', 5n],
        [0, 'whole', 6n],
      ],
    ],
    [
      2,
      [
        [1, 'dropped', 5n],
        [2, 'held', 6n],
        [2, 'whole', 7n],
        [1, 'passed', 8n],
      ],
    ],
    // The post-mortem is no part of the test.
    [0, [[1, 'dropped', 101n]]],
    [
      0,
      [
        [1, 'held', 90n],
        [1, 'whole', 120n],
      ],
    ],
  ];
  for (const [acted, all] of cases) assert.equal(effects(all).acted, acted, JSON.stringify(all.map(String)));
});

test('a lab is judged if it goes on for 60 s behind its last fault', () => {
  assert.deepEqual(effects([]), { acted: 0, judged: true });
  assert.deepEqual(effects([[1, 'dropped', 40n]]), { acted: 1, judged: true });
  assert.deepEqual(effects([[1, 'dropped', 41n]]), { acted: 1, judged: false });
  assert.equal(
    effects([
      [1, 'held', 20n],
      [1, 'whole', 50n],
    ]).judged,
    false,
  );
  assert.equal(
    effects([
      [1, 'dropped', 5n],
      [2, 'dropped', 90n],
    ]).judged,
    false,
  );
});
