import type { BenchCurve, XfrmBench } from '../../model/xfrm-bench.ts';
import { benchOperations, benchVariants } from '../../model/xfrm-bench-catalogue.ts';

/**
 * Several results as one: kernels that are the same become one, and a later result takes the place of an earlier one's curves and memory.
 * Machine and limit are those of the first.
 */
export function mergedBenches([first, ...others]: readonly [XfrmBench, ...XfrmBench[]]): XfrmBench {
  const merged = others.reduce(both, first);
  return { ...merged, curves: [...merged.curves].sort((a, b) => rankOf(a) - rankOf(b)) };
}

/** Place of a curve as one run would have measured them, with room for a thousand kernels. */
function rankOf({ kernel, table, variant, operation }: BenchCurve): number {
  const row = benchVariants.findIndex((one) => one.table === table && one.name === variant);
  const column = benchOperations.findIndex((one) => one.table === table && one.name === operation);
  return (row * benchOperations.length + column) * 1000 + kernel;
}

function both(before: XfrmBench, after: XfrmBench): XfrmBench {
  const added = after.kernels.filter(({ sha256 }) => !before.kernels.some((one) => one.sha256 === sha256));
  const kernels = [...before.kernels, ...added];
  const moved = <One extends { readonly kernel: number }>(all: readonly One[]): One[] =>
    all.map((one) => {
      const sha256 = after.kernels[one.kernel]?.sha256;
      return { ...one, kernel: kernels.findIndex((kernel) => kernel.sha256 === sha256) };
    });
  const together = <One extends { readonly kernel: number }>(
    of: (bench: XfrmBench) => readonly One[],
    key: (one: One) => string,
  ): One[] => {
    const news = moved(of(after));
    const replaced = new Set(news.map(key));
    return [...of(before).filter((one) => !replaced.has(key(one))), ...news];
  };
  return {
    ...before,
    kernels,
    curves: together(
      (bench) => bench.curves,
      ({ kernel, table, variant, operation }) => `${kernel} ${table} ${variant} ${operation}`,
    ),
    memory: together(
      (bench) => bench.memory,
      ({ kernel, table, variant, count }) => `${kernel} ${table} ${variant} ${count}`,
    ),
    unsupported: together(
      (bench) => bench.unsupported,
      ({ kernel, table, variant }) => `${kernel} ${table} ${variant}`,
    ),
  };
}
