import { EspalierError } from '../../base/errors.ts';
import {
  type BenchOperation,
  type BenchVariant,
  benchOperations,
  benchVariants,
} from '../../model/xfrm-bench-catalogue.ts';

/** What is chosen on the command line. */
export interface GridOptions {
  /** The smallest count and the largest. */
  readonly min?: number;
  readonly max: number;
  /** Names separated by commas; absent: all. */
  readonly variants?: string | undefined;
  readonly operations?: string | undefined;
  readonly repeats?: number | undefined;
}

/** A table of one variant, with what is done with it. */
export interface GridRow {
  readonly variant: BenchVariant;
  readonly operations: readonly BenchOperation[];
}

/** All that is to be measured. */
export interface Grid {
  readonly rows: readonly GridRow[];
  readonly counts: readonly number[];
  repeatsOf(count: number): number;
}

/** More than the guest's program takes would need addresses that it does not have. */
export const mostEntries = 400_000;

const tenfold = [1, 10, 100, 1000, 10_000, 100_000];

/** `min`, the powers of ten between, and `max`. */
export function countsBetween(min: number, max: number): number[] {
  if (min > max) throw new EspalierError('usage', `the smallest number, ${min}, is above the largest, ${max}`);
  return [...new Set([min, ...tenfold.filter((count) => count > min && count < max), max])];
}

/** Many repeats where they are cheap. */
function usualRepeats(count: number): number {
  return count <= 10_000 ? 5 : 3;
}

const fullName = ({ table, name }: { readonly table: string; readonly name: string }): string => `${table}/${name}`;

/** Those of a list that somebody named: `policy`, `net` or `policy/net`. Throws `usage` for a name of nothing. */
function chosen<One extends BenchVariant | BenchOperation>(
  all: readonly One[],
  names: string | undefined,
  what: string,
) {
  if (names === undefined) return all;
  const wanted = names.split(',').map((name) => name.trim());
  const means = (name: string, one: One): boolean => [one.table, one.name, fullName(one)].includes(name);
  const strange = wanted.find((name) => !all.some((one) => means(name, one)));
  if (strange !== undefined)
    throw new EspalierError('usage', `there is no ${what} ${strange}`, {
      remedy: `choose of: ${[...new Set(all.map(fullName))].join(', ')}`,
    });
  return all.filter((one) => wanted.some((name) => means(name, one)));
}

/** What is to be measured. Throws `usage` where nothing would be. */
export function gridOf({ min = 1, max, variants, operations, repeats }: GridOptions): Grid {
  const doing = chosen(benchOperations, operations, 'operation');
  const rows = chosen(benchVariants, variants, 'variant')
    .map((variant) => ({ variant, operations: doing.filter(({ table }) => table === variant.table) }))
    .filter((row) => row.operations.length > 0);
  if (rows.length === 0)
    throw new EspalierError('usage', 'none of the chosen operations is one of the chosen variants');
  return { rows, counts: countsBetween(min, max), repeatsOf: (count) => repeats ?? usualRepeats(count) };
}
