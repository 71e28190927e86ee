import { join } from 'node:path';
import { describeError } from '../base/errors.ts';
import { shortPath } from '../base/folders.ts';
import { say, warn } from '../base/log.ts';
import type { Results, ScenarioResult } from '../model/results.ts';
import { runFacts } from '../report/page/run-facts.ts';
import type { Depth } from '../report/page/test-data.ts';
import { writeReport } from '../report/page/write-report.ts';
import type { Reporters } from '../report/reporter.ts';
import { lcovFile, readCoverage } from '../store/coverage.ts';
import { withIndex } from '../store/index/open-index.ts';
import { recordDurations, writeLastRun } from '../store/records-of-runs.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { bisectExitOf } from './bisect/exit-code.ts';
import { rerunOf } from './options.ts';
import type { ReportPast } from './report-past.ts';
import type { SessionEnd } from './session.ts';

/** Runs of so many scenarios get whole pages at once; what passes in longer ones is told in brief. */
const allFullUpTo = 100;

/** How much of each test a report holds: `brief` ends a long run without a long wait, `usual` fits a CI artifact. */
export type Extent = 'brief' | 'usual' | 'full';

function depthOf({ word }: ScenarioResult, extent: Extent): Depth {
  if (extent === 'full' || (word !== 'passed' && word !== 'unsupported')) return 'full';
  return extent === 'brief' || word === 'unsupported' ? 'verdict' : 'compact';
}

/** What the pages of a run hold besides its results. */
export interface PageOptions extends ReportPast {
  readonly extent: Extent;
}

/** Writes the pages of a run; returns the path of the index. */
export function writePages(folder: RunFolder, results: Results, { extent, ...past }: PageOptions): string {
  const { options } = folder.run;
  return writeReport({
    dir: folder.dir,
    results,
    facts: runFacts(folder.run),
    rerun: rerunOf(options),
    baseline: options.baseline,
    depthOf: (result) => depthOf(result, extent),
    coverage: readCoverage(folder.dir),
    ...past,
  });
}

/** A session that has ended, with what it ran in. */
export interface Finished {
  readonly folder: RunFolder;
  readonly runs: string;
  readonly end: SessionEnd;
  readonly reporters: Reporters;
  /** The exit code is for `git bisect run`. */
  readonly bisect?: boolean;
}

/** Ends the reporters, writes what is derived from the run, and gives the exit code. */
export async function finishSession({ folder, runs, end, reporters, bisect }: Finished): Promise<number> {
  const { results, wallMs, interrupted, stopped, trouble } = end;
  recordDurations(runs, results);
  writeLastRun(runs, results, folder.run.options.paths);
  await reporters.end({
    dir: folder.dir,
    results,
    wallMs,
    interrupted,
    rerun: rerunOf(folder.run.options),
    ...(stopped !== undefined && { stopped }),
  });
  if (folder.run.options.coverage) await sayCoverage(folder);
  const extent = results.results.length <= allFullUpTo ? 'full' : 'brief';
  const index = writePages(folder, results, { extent });
  say(`report: ${shortPath(index)}`);
  await indexRuns(runs);
  sayFailures(reporters);
  if (bisect) return bisectExitOf(end);
  if (interrupted) return 130;
  if (trouble || reporters.failures.length > 0) return 2;
  return exitCodeOf(results);
}

/** Loaded only where a run asks for it. */
async function sayCoverage(folder: RunFolder): Promise<void> {
  const { writeCoverage } = await import('./coverage/write-coverage.ts');
  const { coverageText } = await import('../report/terminal/coverage-text.ts');
  for (const line of coverageText(writeCoverage(folder))) say(line);
  say(`coverage: ${shortPath(join(folder.dir, lcovFile))}`);
}

/** An index that cannot be written is made by whoever reads it next: no trouble of this run. */
async function indexRuns(runs: string): Promise<void> {
  try {
    await withIndex(runs, () => undefined);
  } catch (error) {
    warn(`the index of ${shortPath(runs)}: ${describeError(error)}`);
  }
}

export function sayFailures(reporters: Reporters): void {
  for (const { reporter, error } of reporters.failures) warn(`reporter ${reporter}: ${describeError(error)}`);
}

/** 0: all as expected, and not nothing. */
export function exitCodeOf({ results, complete }: Results): number {
  return results.length > 0 && results.every(({ expected }) => expected) && complete ? 0 : 1;
}
