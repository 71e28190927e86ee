import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capacity, choose } from '../../../src/lab/choose.ts';

const roomy: Capacity = { slots: 4, backlog: 8 };

const table: readonly {
  readonly title: string;
  /** Estimates, ms. */
  readonly waiting: readonly number[];
  readonly running?: number;
  readonly unjudged?: number;
  readonly capacity?: Partial<Capacity>;
  readonly expected: number | undefined;
}[] = [
  { title: 'nothing waits', waiting: [], expected: undefined },
  { title: 'the longest goes first', waiting: [1, 9, 5], expected: 1 },
  { title: 'of equals the earlier goes first', waiting: [5, 5], expected: 0 },
  { title: 'all slots are taken', waiting: [1], running: 2, capacity: { slots: 2 }, expected: undefined },
  { title: 'one slot is left', waiting: [1], running: 1, capacity: { slots: 2 }, expected: 0 },
  { title: 'a full backlog holds new labs back', waiting: [1], unjudged: 8, expected: undefined },
  { title: 'a backlog below its bound does not', waiting: [1], unjudged: 7, expected: 0 },
  { title: 'no estimate is the shortest', waiting: [0, 1], expected: 1 },
];

for (const { title, waiting, running = 0, unjudged = 0, capacity = {}, expected } of table) {
  test(`choose: ${title}`, () => {
    const candidates = waiting.map((estimateMs) => ({ estimateMs }));
    assert.equal(choose(candidates, { running, unjudged }, { ...roomy, ...capacity }), expected);
  });
}

test('choose: the lowest rank goes first, and within it the longest', () => {
  const waiting = [
    { estimateMs: 90 },
    { estimateMs: 5, rank: -1 },
    { estimateMs: 7, rank: -1 },
    { estimateMs: 99, rank: 2 },
  ];
  assert.equal(choose(waiting, { running: 0, unjudged: 0 }, roomy), 2);
});
