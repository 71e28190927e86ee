import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { XfrmBench } from '../../../../src/model/xfrm-bench.ts';
import { mergedBenches } from '../../../../src/results/xfrm-bench/merge.ts';
import { made, point } from './made-bench.ts';

const kernel = { name: '6.1', id: '6.1-cc', sha256: 'c'.repeat(64) };
const add = { table: 'policy', variant: 'net', operation: 'add', per: 'entry' } as const;

test('results of other kernels come beside those that are there', () => {
  const other: XfrmBench = {
    ...made,
    kernels: [kernel, ...made.kernels.slice(0, 1)],
    curves: [
      { kernel: 0, ...add, points: [point(1, 7)] },
      { kernel: 1, ...add, points: [point(1, 8)] },
    ],
    memory: [],
    unsupported: [],
  };
  const { kernels, curves, memory, unsupported } = mergedBenches([made, other]);
  assert.deepEqual(
    kernels.map(({ name }) => name),
    ['7.2', 'mine', '6.1'],
  );
  assert.deepEqual(
    curves.map((one) => `${one.kernel} ${one.operation} ${one.points.length}`),
    ['0 add 1', '2 add 1', '0 delete 4', '1 delete 4'],
    'the later curve of the same kernel and operation stands for the earlier one',
  );
  assert.deepEqual([memory.length, unsupported.length], [1, 1]);
});

test('one result is itself', () => {
  assert.deepEqual(mergedBenches([made]), made);
  assert.deepEqual(mergedBenches([made, made]).kernels, made.kernels);
});
