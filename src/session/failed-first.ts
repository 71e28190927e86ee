import { compare } from '../base/text.ts';
import { keyOf, type ScenarioEntry } from '../model/scenario.ts';
import { estimateMs } from './progress.ts';

/** The order in which a person who waits learns most: what failed last, then the rest, each from the shortest on. */
export function failedFirst(
  scenarios: readonly ScenarioEntry[],
  failed: ReadonlySet<string>,
  durations: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const rank = (entry: ScenarioEntry): number => (failed.has(keyOf(entry)) ? 0 : 1);
  const sorted = [...scenarios].sort(
    (a, b) => rank(a) - rank(b) || compare(estimateMs(a, durations), estimateMs(b, durations)),
  );
  return new Map(sorted.map((entry, index) => [keyOf(entry), index]));
}
