import type { ScenarioResult } from '../../model/results.ts';
import type { SessionEnd } from '../session.ts';

/**
 * Exit codes for `git bisect run`. It takes every code from 1 to 127 but 125 for a bad commit, and ends at 128 and above: what is
 * no verdict must not have a code that it takes for one (main.ts does the same for what is thrown).
 */
export const bisectExit = { good: 0, bad: 1, skip: 125, stop: 129, interrupted: 130 } as const;

/** The code for a run with `--bisect-exit`. */
export function bisectExitOf({ results, interrupted, trouble }: SessionEnd): number {
  if (interrupted) return bisectExit.interrupted;
  if (trouble) return bisectExit.stop;
  if (results.results.some(fails)) return bisectExit.bad;
  const isWhole = results.complete && results.results.some(({ word }) => word !== 'unsupported');
  return isWhole && results.results.every(({ expected }) => expected) ? bisectExit.good : bisectExit.skip;
}

/** Whether a result is a failure of what was tested. */
function fails({ word, expected }: ScenarioResult): boolean {
  return !expected && word !== 'unresolved' && word !== 'unsupported';
}
