import { Attempt } from '../evidence/attempt/attempt.ts';
import { type StoredScenario, storedSchema } from '../model/stored-scenario.ts';
import { attemptFiles, readAttemptJson } from './attempt-files.ts';

/** Opens an attempt by its folder. Of `scenario.json` it holds what all formats share. */
export function openAttempt(attemptDir: string): Attempt<StoredScenario> {
  return new Attempt(attemptFiles(attemptDir), () => readAttemptJson(attemptDir, 'scenario.json', storedSchema));
}
