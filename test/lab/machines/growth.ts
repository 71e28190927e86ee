/** Cycles that are not looked at: they allocate what stays. */
const first = 5;
/** Fewer of the others do not tell a growth from chance. */
const fewest = 15;

/**
 * What each of these lines of `/proc/meminfo` grows by from one of the texts to the next, KiB: the median of the slopes between any two of them (Theil and
 * Sen), which a single jump does not move. Nothing for too few texts.
 */
export function growthPerCycle(
  texts: readonly string[],
  names: readonly string[],
): readonly (readonly [name: string, growth: number])[] {
  const later = texts.slice(first);
  if (later.length < fewest) return [];
  return names.map((name) => [name, slope(later.map((text) => kibOf(text, name)))]);
}

function kibOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
}

function slope(values: readonly number[]): number {
  const slopes = values.flatMap((from, index) => values.slice(index + 1).map((to, more) => (to - from) / (more + 1)));
  return slopes.some(Number.isNaN)
    ? Number.NaN
    : (slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? Number.NaN);
}
