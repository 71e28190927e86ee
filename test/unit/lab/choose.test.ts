import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, choose } from '../../../src/lab/choose.ts';

const task = (estimateMs: number, memory = 100): Candidate => ({ estimateMs, memory });
const roomy = { slots: 4, memory: 1000, backlog: 8 };

const table: readonly {
  readonly title: string;
  readonly waiting: readonly Candidate[];
  readonly running?: readonly Candidate[];
  readonly unjudged?: number;
  readonly capacity?: Partial<typeof roomy>;
  readonly expected: number | undefined;
}[] = [
  { title: 'nothing waits', waiting: [], expected: undefined },
  { title: 'the longest goes first', waiting: [task(1), task(9), task(5)], expected: 1 },
  { title: 'of equals the earlier goes first', waiting: [task(5), task(5)], expected: 0 },
  {
    title: 'all slots are taken',
    waiting: [task(1)],
    running: [task(1), task(1)],
    capacity: { slots: 2 },
    expected: undefined,
  },
  { title: 'one slot is left', waiting: [task(1)], running: [task(1)], capacity: { slots: 2 }, expected: 0 },
  { title: 'what does not fit waits for memory', waiting: [task(1, 950)], running: [task(1)], expected: undefined },
  { title: 'a shorter one that fits goes before', waiting: [task(9, 950), task(1)], running: [task(1)], expected: 1 },
  { title: 'exactly the memory left is enough', waiting: [task(1, 900)], running: [task(1)], expected: 0 },
  { title: 'an idle machine takes what can never fit', waiting: [task(1, 5000)], expected: 0 },
  { title: 'a full backlog holds new labs back', waiting: [task(1)], unjudged: 8, expected: undefined },
  { title: 'a backlog below its bound does not', waiting: [task(1)], unjudged: 7, expected: 0 },
  { title: 'no estimate is the shortest', waiting: [task(0), task(1)], expected: 1 },
];

for (const { title, waiting, running = [], unjudged = 0, capacity = {}, expected } of table) {
  test(`choose: ${title}`, () => {
    assert.equal(choose(waiting, { running, unjudged }, { ...roomy, ...capacity }), expected);
  });
}
