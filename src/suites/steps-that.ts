import type { Step } from '../model/scenario.ts';

/** Indexes of the commands whose lines hold a pattern. */
export function stepsThat(pattern: RegExp, steps: readonly Step[]): number[] {
  return steps.flatMap(({ kind, line }, index) => (kind === 'command' && pattern.test(line) ? [index] : []));
}
