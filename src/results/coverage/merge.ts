import type { FunctionCounters, GcovCounters } from '../../evidence/gcov/counters.ts';

const keyOf = ({ ident, lineChecksum, flowChecksum }: FunctionCounters): string =>
  `${ident} ${lineChecksum} ${flowChecksum}`;

/** The counters of one object, added up. Both are of the same compilation. */
export function addCounters(a: GcovCounters, b: GcovCounters): GcovCounters {
  const functions = new Map(a.functions.map((one) => [keyOf(one), one]));
  for (const more of b.functions) {
    const before = functions.get(keyOf(more));
    functions.set(keyOf(more), before === undefined ? more : { ...more, counts: sum(before.counts, more.counts) });
  }
  return { stamp: a.stamp, functions: [...functions.values()] };
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  const [longer, shorter] = a.length < b.length ? [b, a] : [a, b];
  return longer.map((count, at) => count + (shorter[at] ?? 0));
}
