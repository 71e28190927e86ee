/**
 * One ruler for all that happened in a lab. Virtual time is uneven: a negotiation takes milliseconds, a lifetime hours.
 * Between two moments the ruler advances by the logarithm of the time between them, so both can be seen.
 */
export interface Axis {
  /** Place of a time, from 0 to 1. */
  readonly place: (t: number) => number;
  /** Time at a place. */
  readonly time: (place: number) => number;
}

/** Microseconds below which two moments stand close together. */
const grain = 1000;

/** Makes the ruler from the moments that matter, in any order. */
export function makeAxis(moments: readonly number[], linear = false): Axis {
  const times = [...new Set(moments)].sort((a, b) => a - b);
  if (times.length < 2) times.push((times[0] ?? 0) + 1);
  const places = [0];
  for (let index = 1; index < times.length; index += 1) {
    const gap = (times[index] as number) - (times[index - 1] as number);
    places.push((places[index - 1] as number) + (linear ? gap : Math.log2(1 + gap / grain)));
  }
  const total = places.at(-1) as number;
  return {
    place: (t) => between(times, places, t) / total,
    time: (place) => between(places, times, place * total),
  };
}

/** Linear interpolation of a monotonic function given by points; constant outside of them. */
function between(from: readonly number[], to: readonly number[], value: number): number {
  const index = countUntil(from, value);
  if (index === 0) return to[0] as number;
  if (index === from.length) return to.at(-1) as number;
  const [a, b] = [from[index - 1] as number, from[index] as number];
  const [c, d] = [to[index - 1] as number, to[index] as number];
  return c + ((value - a) / (b - a)) * (d - c);
}

/** How many of some ascending numbers are not above a value. */
export function countUntil(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
