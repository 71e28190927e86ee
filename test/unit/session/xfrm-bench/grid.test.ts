import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import { benchOperations, benchTables, benchVariants } from '../../../../src/model/xfrm-bench-catalogue.ts';
import { countsBetween, gridOf } from '../../../../src/session/xfrm-bench/grid.ts';

test('counts grow tenfold up to the largest', () => {
  assert.deepEqual(countsBetween(1, 100), [1, 10, 100]);
  assert.deepEqual(countsBetween(1, 2500), [1, 10, 100, 1000, 2500]);
  assert.deepEqual(countsBetween(1, 100_000), [1, 10, 100, 1000, 10_000, 100_000]);
  assert.deepEqual(countsBetween(1, 1), [1]);
  assert.deepEqual(countsBetween(50, 1000), [50, 100, 1000]);
  assert.throws(() => countsBetween(10, 1), /smallest number, 10, is above/);
});

test('a name chooses a table, one of its variants, or one that several tables have', () => {
  const names = (variants?: string, operations?: string): string[] =>
    gridOf({ max: 1, variants, operations }).rows.map(
      ({ variant, operations: of }) => `${variant.table}/${variant.name}: ${of.map(({ name }) => name).join(' ')}`,
    );
  assert.deepEqual(names('policy/net,gcm', 'add,expire,out-miss'), [
    'policy/net: add out-miss',
    'state/gcm: add expire',
  ]);
  assert.equal(names('state').length, benchVariants.filter(({ table }) => table === 'state').length);
  assert.equal(names().length, benchVariants.length);
  assert.deepEqual(names('host', 'policy/add'), ['policy/host: add']);
});

test('a name of nothing is refused with those that there are', () => {
  assert.throws(() => gridOf({ max: 1, variants: 'policy/net,nets' }), /no variant nets/);
  assert.throws(() => gridOf({ max: 1, operations: 'move' }), /no operation move/);
  assert.throws(() => gridOf({ max: 1, variants: 'state', operations: 'acquire' }), /none of the chosen operations/);
});

test('there are more repeats where they are cheap, unless somebody says how many', () => {
  const grid = gridOf({ max: 1 });
  assert.deepEqual([grid.repeatsOf(10_000), grid.repeatsOf(10_001)], [5, 3]);
  assert.equal(gridOf({ max: 1, repeats: 2 }).repeatsOf(100_000), 2);
});

test('the program in the guest knows the same variants and operations', () => {
  for (const table of benchTables) {
    const source = readFileSync(join(projectDir, 'guest', 'xfrm-bench', `${table}.c`), 'utf8');
    const variants = [...source.matchAll(/\{ \.table = "(\w+)", \.name = "([\w-]+)"/g)].map(([, , name]) => name);
    const operations = [...source.matchAll(/^\t\{ "([\w-]+)", (?:EMPTY|FULL|ANY), \w+, (\w+),/gm)].map(
      ([, name, units]) => `${name} per ${units === 'packets' ? 'packet' : 'entry'}`,
    );
    const known = benchOperations.filter((one) => one.table === table).map(({ name, per }) => `${name} per ${per}`);
    assert.deepEqual(
      variants,
      benchVariants.filter((one) => one.table === table).map(({ name }) => name),
    );
    assert.deepEqual(operations, known);
  }
});
