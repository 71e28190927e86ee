/** Which mutants are tried: by operator and seed. */
import { createHash } from 'node:crypto';
import type { KernelMutant } from './operators.ts';

/** All mutants of each operator in an order that the seed and nothing else decides. */
export function queues(
  mutants: ReadonlyMap<string, readonly KernelMutant[]>,
  seed: string,
): ReadonlyMap<string, readonly KernelMutant[]> {
  const lot = ({ id }: KernelMutant): string => createHash('sha256').update(`${seed}\0${id}`).digest('hex');
  return new Map([...mutants].map(([operator, all]) => [operator, sortedBy(all, lot)]));
}

function sortedBy<T>(all: readonly T[], key: (one: T) => string): T[] {
  const keys = new Map(all.map((one) => [one, key(one)]));
  return all.toSorted((a, b) => ((keys.get(a) as string) < (keys.get(b) as string) ? -1 : 1));
}

/** So many for each operator: as equal as they can be, the first operators get what is left over. */
export function shares(operators: readonly string[], count: number): ReadonlyMap<string, number> {
  const [each, rest] = [Math.floor(count / operators.length), count % operators.length];
  return new Map(operators.map((operator, at) => [operator, each + (at < rest ? 1 : 0)]));
}
