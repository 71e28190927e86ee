import { describeError, EspalierError } from '../base/errors.ts';
import { warn } from '../base/log.ts';
import type { ScenarioResult } from '../model/results.ts';
import { keyOf } from '../model/scenario.ts';
import { packAttempt, unpackAttempt } from './attempt-archive.ts';
import { readPruned } from './pruned.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Whether a test's attempts are kept small: it passed, in every attempt, and nothing was found. All else is looked at by people,
 * with whatever tools they have, so it stays as plain files: `minor` too, and attempts that passed beside others that did not.
 */
export function isKeptSmall({ word, issues, attempts }: ScenarioResult): boolean {
  return word === 'passed' && issues.length === 0 && attempts.every((attempt) => attempt.word === 'passed');
}

/** Packs the attempts of a test that passed, unpacks those of one that did not. What cannot be packed stays, with a warning. */
export async function keepAttempts(folder: RunFolder, result: ScenarioResult): Promise<void> {
  const change = isKeptSmall(result) ? packAttempt : unpackAttempt;
  for (const { attempt } of result.attempts) {
    const dir = folder.attemptDir({ ...result, attempt });
    try {
      if (readPruned(dir) === undefined) await change(dir);
    } catch (error) {
      if (!(error instanceof EspalierError) && !isSystemError(error)) throw error;
      warn(`${keyOf(result)}, attempt ${attempt}: ${describeError(error)}`);
    }
  }
}

/** A full disk, a file that nobody may remove. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
