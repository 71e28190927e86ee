/** Mutants that no test can notice, each with the reason: `equivalents.json`. */
import { readFileSync } from 'node:fs';
import type { Mutant } from './mutants.ts';

export interface Equivalent extends Pick<Mutant, 'file' | 'within' | 'original' | 'mutant'> {
  readonly reason: string;
}

export function readEquivalents(): Equivalent[] {
  return JSON.parse(readFileSync(new URL('./equivalents.json', import.meta.url), 'utf8')) as Equivalent[];
}

export function keyOf({ file, within, original, mutant }: Omit<Equivalent, 'reason'>): string {
  return JSON.stringify([file, within, original, mutant]);
}
