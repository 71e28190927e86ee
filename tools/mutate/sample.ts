import { createHash } from 'node:crypto';
import type { Mutant } from './mutants.ts';

/** So many of the mutants, drawn by a seed, in their order. */
export function sample(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const lotOf = ({ file, start, end, text }: Mutant): string =>
    createHash('sha256')
      .update(JSON.stringify([seed, file, start, end, text]))
      .digest('hex');
  const lots = mutants.map(lotOf);
  const last = lots.toSorted()[count - 1];
  return last === undefined ? [...mutants] : mutants.filter((_, index) => (lots[index] as string) <= last);
}
