import type { XfrmBench } from '../../model/xfrm-bench.ts';

/**
 * Several results as one: kernels that are the same become one, and a later result takes the place of an earlier one's curves and memory.
 * Machine and limit are those of the first.
 */
export function mergedBenches([first, ...others]: readonly [XfrmBench, ...XfrmBench[]]): XfrmBench {
  return others.reduce(both, first);
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
