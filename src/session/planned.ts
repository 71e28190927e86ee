import type { ScenarioResult } from '../model/results.ts';
import type { RunOptions } from '../model/run.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import type { JudgedAttempt } from '../results/results.ts';
import { verdictOfEntry } from '../results/results.ts';
import { missingOf, plannedAttempts } from '../results/seeds.ts';

/** Attempts that count. What is unresolved says nothing of the test (a full disk, a missing image): a resumed run makes it again. */
export function resolved(judged: readonly JudgedAttempt[]): JudgedAttempt[] {
  return judged.filter(({ verdict }) => verdict.word !== 'unresolved');
}

/** Numbers of the planned attempts of a scenario that are not there yet. A listing's own verdict needs none. */
export function missingAttempts(
  entry: ScenarioEntry,
  options: RunOptions,
  there: readonly { readonly attempt: number }[],
): number[] {
  return verdictOfEntry(entry) === undefined ? missingOf(options, there) : [];
}

/**
 * Number of the attempt that is made because of a result that is not as expected (`--retries`); `undefined`: none.
 * `nondeterminism` is never tried again: an attempt more cannot take it back.
 */
export function retryOf(entry: ScenarioEntry, options: RunOptions, result: ScenarioResult): number | undefined {
  if (verdictOfEntry(entry) !== undefined || result.expected || result.word === 'nondeterminism') return undefined;
  const next = (result.attempts.at(-1)?.attempt ?? -1) + 1;
  return next < plannedAttempts(options) + options.retries ? next : undefined;
}
