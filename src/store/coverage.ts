import { join } from 'node:path';
import { isPlain, readPlainJsonIfPresent } from '../base/door/read.ts';
import { type Coverage, coverageSchema } from '../model/coverage.ts';

/** What a run covered, below its folder: as JSON, and for tools that read lcov's format. */
export const coverageFile = 'coverage/coverage.json';
export const lcovFile = 'coverage/lcov.info';

/** What a run covered; `undefined`: it did not count. */
export function readCoverage(runDir: string): Coverage | undefined {
  return readPlainJsonIfPresent(join(runDir, coverageFile), coverageSchema);
}

/** Whether there is something for `readCoverage`. */
export function hasCoverage(runDir: string): boolean {
  return isPlain(join(runDir, coverageFile));
}
