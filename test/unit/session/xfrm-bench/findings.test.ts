import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsIn } from '../../../../src/session/xfrm-bench/findings.ts';
import type { TimedLine } from '../../../../src/suites/timed-command.ts';

/** Lines, each with the ms of kernel CPU before it; the guest's processes take as much again. */
function timed(...lines: readonly (readonly [text: string, ms: number])[]): TimedLine[] {
  let sum = 0;
  return lines.map(([text, ms]) => {
    sum += ms;
    return { text, kernelMs: sum, labMs: 2 * sum };
  });
}

const empty = [
  ['next empty 0', 40],
  ['begin empty 0', 9],
  ['done empty 0 units=1000', 0.06],
  ['settled empty 0', 0.2],
] as const;

test('an operation costs what lies between its lines', () => {
  const found = findingsIn(
    timed(
      ...empty,
      ['next add 0', 3],
      ['begin add 0', 4],
      ['done add 0 units=100', 1.5],
      ['settled add 0', 0.5],
      ['memory 0 kib=96', 7],
      ['slab xfrm_state objects=10 bytes=768', 7],
      ['next add 1', 3],
      ['begin add 1', 4],
      ['done add 1 units=100', 1.25],
      ['settled add 1', 0.25],
      ['memory 1 kib=0', 7],
      ['slab xfrm_state objects=20 bytes=768', 7],
    ),
  );
  assert.deepEqual(
    [...found.operations],
    [
      [
        'add',
        {
          units: 100,
          samples: [
            { kernelUs: 1500, laterUs: 500, labUs: 3000 },
            { kernelUs: 1250, laterUs: 250, labUs: 2500 },
          ],
        },
      ],
    ],
  );
  assert.deepEqual(found.empty, { kernelUs: 60, laterUs: 200, mostLaterUs: 200 });
  assert.deepEqual(found.memory, { kib: 96, slabs: [{ name: 'xfrm_state', objects: 10, bytes: 768 }] });
  assert.equal(found.open, undefined);
});

test('a lab that was ended says what it was at', () => {
  const before = timed(...empty, ['next delete 0', 3]);
  assert.deepEqual(findingsIn(before).open, { operation: 'delete', begun: false });
  assert.deepEqual(findingsIn([...before, { text: 'begin delete 0' }]).open, { operation: 'delete', begun: true });
  // The line was printed, but not recorded.
  assert.deepEqual(findingsIn([...before, { text: '', kernelMs: 70 }]).open, { operation: 'delete', begun: true });
});

test('entries that the kernel does not know have its reason', () => {
  const { unsupported, operations } = findingsIn(
    timed(...empty, ['unsupported request 16: Function not implemented', 1]),
  );
  assert.equal(unsupported, 'request 16: Function not implemented');
  assert.equal(operations.size, 0);
});
