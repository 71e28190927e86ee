import type { SeedsOfWord } from '../model/results.ts';
import type { RunOptions } from '../model/run.ts';

/**
 * Attempts of a scenario that a run always makes: `repeatEach` of each of its seeds. Those of the first seed come first;
 * retries have the numbers behind them.
 */
export function plannedAttempts({ seeds = 1, repeatEach }: Pick<RunOptions, 'seeds' | 'repeatEach'>): number {
  return seeds * repeatEach;
}

/** Numbers of planned attempts that are not there. */
export function missingOf(
  options: Pick<RunOptions, 'seeds' | 'repeatEach'>,
  there: readonly { readonly attempt: number }[],
): number[] {
  const numbers = new Set(there.map(({ attempt }) => attempt));
  const planned = Array.from({ length: plannedAttempts(options) }, (_, attempt) => attempt);
  return planned.filter((attempt) => !numbers.has(attempt));
}

/** Decimal seed of an attempt by its number; `undefined`: none. */
export function seedOfAttempt(
  { seed, seeds = 1, repeatEach }: Pick<RunOptions, 'seed' | 'seeds' | 'repeatEach'>,
  attempt: number,
): string | undefined {
  if (seed === undefined || seeds === 1) return seed;
  return String(BigInt(seed) + BigInt(Math.floor(attempt / repeatEach)));
}

/** `failed with seed 2, passed with seeds 1, 3`. */
export function seedsText(words: readonly SeedsOfWord[]): string {
  const told = words.map(({ word, seeds }) => `${word} with seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`);
  return told.join('; ');
}
