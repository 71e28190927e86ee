import { join } from 'node:path';
import { readPlainJsonIfPresent } from '../base/door/read.ts';
import { writePlain } from '../base/door/write.ts';
import { isSignedHere, signed } from '../base/state.ts';
import type { Results } from '../model/results.ts';
import { durationsSchema, lastRunSchema } from '../model/run.ts';
import { keyOf } from '../model/scenario.ts';
import { jsonText } from './run-folder.ts';

/** Wall milliseconds of the last lab of each scenario, by `suite:name`. A broken file is no loss. */
export function readDurations(runs: string): Map<string, number> {
  try {
    const file = readPlainJsonIfPresent(join(runs, 'durations.json'), durationsSchema);
    return new Map(Object.entries(file?.milliseconds ?? {}));
  } catch {
    return new Map();
  }
}

/** Puts the labs of a run into the record of durations. */
export function recordDurations(runs: string, results: Results): void {
  const durations = readDurations(runs);
  for (const result of results.results) {
    const wallMs = result.attempts.at(-1)?.time?.wallMs;
    if (wallMs !== undefined) durations.set(keyOf(result), Math.round(wallMs));
  }
  writePlain(join(runs, 'durations.json'), jsonText({ version: 1, milliseconds: Object.fromEntries(durations) }));
}

/** What was not as expected in the last run: keys, and where suites lie that the run called by a part of their path. */
export interface LastFailed {
  /** This installation wrote it. */
  readonly isOwn: boolean;
  readonly keys: ReadonlySet<string>;
  readonly paths: Readonly<Record<string, string>> | undefined;
}

/** What `--last-failed` reads. */
export function readLastFailed(runs: string): LastFailed | undefined {
  const parse = (value: unknown) => ({ ...lastRunSchema.parse(value), isOwn: isSignedHere(value) });
  const file = readPlainJsonIfPresent(join(runs, '.last-run.json'), { parse });
  return file && { keys: new Set(file.failed.map(keyOf)), paths: file.paths, isOwn: file.isOwn };
}

export function writeLastRun(runs: string, results: Results, paths: LastFailed['paths']): void {
  const failed = results.results.filter(({ expected }) => !expected).map(({ suite, name }) => ({ suite, name }));
  writePlain(
    join(runs, '.last-run.json'),
    jsonText(signed({ version: 1, run: results.run, failed, ...(paths && { paths }) })),
  );
}
