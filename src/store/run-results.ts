import { join } from 'node:path';
import { isPlain, readPlainJson } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { type Results, resultsSchema, type ScenarioResult } from '../model/results.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Repeat } from '../results/repeats.ts';
import { type JudgedAttempt, resultOf, resultsOf, summarize, verdictOfEntry } from '../results/results.ts';
import { missingOf } from '../results/seeds.ts';
import { readDifferences } from './attempt-content.ts';
import { capturedLinks } from './attempt-files.ts';
import { readLiveResults } from './live-results.ts';
import { openAttempt } from './open-attempt.ts';
import { readPruned } from './pruned.ts';
import type { RunFolder } from './run-folder.ts';
import { seemsInUse } from './run-lock.ts';

/** What an attempt recorded, to be compared with others of its seed. */
export function repeatIn(attemptDir: string): Repeat {
  return { attempt: openAttempt(attemptDir), links: () => capturedLinks(attemptDir) };
}

/** The result of a scenario as src/results decides from its judged attempts; `undefined` while there is none. */
export function resultIn(
  folder: RunFolder,
  entry: ScenarioEntry,
  attempts: readonly JudgedAttempt[],
): ScenarioResult | undefined {
  const repeatOf = (attempt: number) => {
    const dir = folder.attemptDir({ ...entry, attempt });
    return isPrunedOrUnknown(dir) ? undefined : repeatIn(dir);
  };
  return resultOf(entry, attempts, { baseline: folder.baseline, repeatOf });
}

/** A mark that cannot be read makes the attempt `unresolved` (src/store/run-folder.ts); there is nothing to compare. */
function isPrunedOrUnknown(dir: string): boolean {
  try {
    return readPruned(dir) !== undefined;
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return true;
  }
}

/**
 * The result by what is on disk; `undefined` where one of the planned attempts is not there, or not judged. `instead`: verdicts by
 * number of the attempt, for those whose folders cannot hold them.
 */
export function storedResult(
  folder: RunFolder,
  entry: ScenarioEntry,
  instead: ReadonlyMap<number, Verdict> = new Map(),
): ScenarioResult | undefined {
  const judged = folder.judged(entry).filter(({ attempt }) => !instead.has(attempt));
  const attempts = [...judged, ...[...instead].map(([attempt, verdict]) => ({ attempt, verdict }))].sort(
    (a, b) => a.attempt - b.attempt,
  );
  const isWhole = verdictOfEntry(entry) !== undefined || missingOf(folder.run.options, attempts).length === 0;
  return isWhole ? resultIn(folder, entry, attempts) : undefined;
}

/** Results of the whole run. */
export function resultsIn(folder: RunFolder, results: readonly ScenarioResult[]): Results {
  const { id, scenarios } = folder.run;
  return resultsOf(id, scenarios, { results, differencesOf: (result) => consoleDifferences(folder, result) });
}

/** Unified differences of the consoles of a scenario's last attempt. What is missing or cannot be read is the judge's to say. */
function consoleDifferences(folder: RunFolder, result: ScenarioResult): string[] {
  const dir = folder.attemptDir({ ...result, attempt: result.attempts.at(-1)?.attempt ?? 0 });
  try {
    const differences = readDifferences(dir).filter(({ name }) => name.endsWith('.console.txt'));
    return differences.map(({ text }) => text);
  } catch {
    return [];
  }
}

/** All results by what the attempts on disk say now. */
export function rebuildResults(folder: RunFolder): Results {
  const results = folder.run.scenarios.map((entry) => storedResult(folder, entry));
  return resultsIn(
    folder,
    results.filter((result) => result !== undefined),
  );
}

/** No session has ended the run, and one is at it. A run whose session was killed is not going on. */
export function isGoingOn(runDir: string): boolean {
  return !hasEnded(runDir) && seemsInUse(runDir);
}

function hasEnded(runDir: string): boolean {
  return isPlain(join(runDir, 'results.json'));
}

/** Results of a run as they stand: as its last session wrote them, as they come, else from its attempts. */
export function currentResults(folder: RunFolder): Results {
  if (!hasEnded(folder.dir)) {
    const live = readLiveResults(folder.dir);
    return live === undefined ? rebuildResults(folder) : summarize(folder.run.id, folder.run.scenarios, live.results);
  }
  try {
    return readPlainJson(join(folder.dir, 'results.json'), resultsSchema);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return rebuildResults(folder);
  }
}
