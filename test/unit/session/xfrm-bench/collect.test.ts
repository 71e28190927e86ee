import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BenchOperation, benchOperations, benchVariants } from '../../../../src/model/xfrm-bench-catalogue.ts';
import type { CellResult } from '../../../../src/session/xfrm-bench/cell.ts';
import { Curves } from '../../../../src/session/xfrm-bench/collect.ts';

const [variant] = benchVariants;
assert.ok(variant);
const operations = benchOperations.filter(({ table, name }) => table === 'policy' && ['add', 'delete'].includes(name));
const empty = { kernelUs: 0, laterUs: 0, mostLaterUs: 0 };

/** Costs of an entry, µs, of each operation that came to an end. */
function result(count: number, costs: Readonly<Record<string, number>>, rest: Partial<CellResult> = {}): CellResult {
  const measured = Object.entries(costs).map(([name, us]) => {
    const samples = [{ kernelUs: us * count, laterUs: 0, labUs: 2 * us * count }];
    return [name, { units: count, samples, empty }] as const;
  });
  return { operations: new Map(measured), ended: new Map(), ...rest };
}

const names = (some: readonly BenchOperation[]): string[] => some.map(({ name }) => name);

test('an operation that took too much is not tried with more entries', () => {
  const curves = new Curves(1000);
  curves.take({ kernel: 0, variant, count: 1000 }, operations, result(1000, { add: 1, delete: 5 }));
  assert.deepEqual(names(curves.goOn(0, variant, operations)), ['add', 'delete']);
  const ended = new Map([['delete', { cpuMs: 1100, what: 'operation' as const }]]);
  curves.take({ kernel: 0, variant, count: 10_000 }, operations, result(10_000, { add: 1 }, { ended }));
  assert.deepEqual(names(curves.goOn(0, variant, operations)), ['add']);
  assert.deepEqual(names(curves.goOn(1, variant, operations)), ['add', 'delete'], 'the other kernel goes on');
  const [add, gone] = curves.all().curves;
  assert.deepEqual([add?.points.length, add?.ended], [2, undefined]);
  assert.deepEqual(gone?.ended, { count: 10_000, cpuMs: 1100, what: 'operation' });
});

test('one that came to its end beyond the limit has its point, and is the last of its curve', () => {
  const curves = new Curves(1000);
  curves.take({ kernel: 0, variant, count: 10_000 }, operations, result(10_000, { add: 1, delete: 101 }));
  const gone = curves.all().curves.find(({ operation }) => operation === 'delete');
  assert.deepEqual([gone?.points.length, gone?.ended?.cpuMs], [1, 1010]);
  assert.deepEqual(names(curves.goOn(0, variant, operations)), ['add']);
});

test('memory per entry is told from a thousand entries on', () => {
  const curves = new Curves(1000);
  const memory = { kib: 1000, slabs: [] };
  for (const count of [100, 1000])
    curves.take({ kernel: 0, variant, count }, operations, result(count, { add: 1 }, { memory }));
  assert.deepEqual(
    curves.all().memory.map(({ count, bytesPerEntry }) => [count, bytesPerEntry]),
    [[1000, 1024]],
  );
});

test('what a kernel has not is asked once', () => {
  const curves = new Curves(1000);
  curves.take({ kernel: 0, variant, count: 1 }, operations, result(1, {}, { unsupported: 'no' }));
  assert.deepEqual(curves.goOn(0, variant, operations), []);
  const { table, name } = variant;
  assert.deepEqual(curves.all().unsupported, [{ kernel: 0, table, variant: name, reason: 'no' }]);
});

const overByFilling = new Map(operations.map(({ name }) => [name, { cpuMs: 1100, what: 'preparation' as const }]));

test('where the table cannot be filled any more, what is done with it ends there, and what never was done has no curve', () => {
  const curves = new Curves(1000);
  curves.take({ kernel: 0, variant, count: 1000 }, operations, result(1000, { add: 1 }));
  curves.take({ kernel: 0, variant, count: 10_000 }, operations, result(10_000, {}, { ended: overByFilling }));
  assert.deepEqual(
    curves.all().curves.map(({ operation, ended }) => [operation, ended?.what]),
    [['add', 'preparation']],
  );
});

test('where already the first table takes too much, everything ends there', () => {
  const curves = new Curves(1000);
  curves.take({ kernel: 0, variant, count: 10_000 }, operations, result(10_000, {}, { ended: overByFilling }));
  assert.deepEqual(
    curves.all().curves.map(({ operation }) => operation),
    ['add', 'delete'],
  );
});

test('an operation that takes too much at the first count has its curve beside those that do not', () => {
  const curves = new Curves(1000);
  const ended = new Map([['delete', { cpuMs: 1100, what: 'operation' as const }]]);
  curves.take({ kernel: 0, variant, count: 10_000 }, operations, result(10_000, { add: 1 }, { ended }));
  assert.deepEqual(
    curves.all().curves.map(({ operation, ended: end }) => [operation, end?.count]),
    [
      ['add', undefined],
      ['delete', 10_000],
    ],
  );
});
