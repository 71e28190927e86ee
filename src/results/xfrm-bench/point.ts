import type { BenchPoint, BenchSample } from '../../model/xfrm-bench.ts';

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

/** What measuring itself costs: an empty operation, µs. */
export interface EmptyCost {
  /** Median until it was done. */
  readonly kernelUs: number;
  /** Median of what came later, and the most. */
  readonly laterUs: number;
  readonly mostLaterUs: number;
}

/** From the repeats of an empty operation; nothing where there are none. */
export function emptyCostOf(samples: readonly BenchSample[]): EmptyCost {
  const later = samples.map(({ laterUs }) => laterUs);
  if (later.length === 0) return { kernelUs: 0, laterUs: 0, mostLaterUs: 0 };
  return {
    kernelUs: median(samples.map(({ kernelUs }) => kernelUs)),
    laterUs: median(later),
    mostLaterUs: Math.max(...later),
  };
}

/**
 * Kernel CPU of a repeat, µs. What came later belongs to it where it is more than twice of what came after any empty operation: idle
 * time costs a little, and unevenly.
 */
export function costUs({ kernelUs, laterUs }: BenchSample, empty: EmptyCost): number {
  const later = laterUs > 2 * empty.mostLaterUs ? laterUs - empty.laterUs : 0;
  return Math.max(0, kernelUs - empty.kernelUs) + later;
}

/** What was measured at one count. */
export interface Measured {
  readonly count: number;
  readonly units: number;
  readonly samples: readonly BenchSample[];
}

/** Median and spread per unit. */
export function pointOf({ count, units, samples }: Measured, empty: EmptyCost): BenchPoint {
  const costs = samples.map((sample) => costUs(sample, empty) / units);
  return {
    count,
    units,
    samples: [...samples],
    medianUs: median(costs),
    lowestUs: Math.min(...costs),
    highestUs: Math.max(...costs),
  };
}
