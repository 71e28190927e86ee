import { describeError } from '../../base/errors.ts';
import { say, warn } from '../../base/log.ts';
import { writeHtmlReport } from '../../report/html.ts';
import type { Reporters } from '../../report/reporter.ts';
import { withIndex } from '../../store/index/open-index.ts';
import { recordDurations, writeLastRun } from '../../store/records-of-runs.ts';
import type { Results } from '../../store/results.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { optionWords } from './options.ts';
import type { SessionEnd } from './session.ts';
import { shortPath } from './start.ts';

/** Runs of so many scenarios get a page for each at once; longer ones only for what is unexpected. */
const allPagesUpTo = 100;

/** What the head of a report says of a run. */
function factsOf(folder: RunFolder): (readonly [string, string])[] {
  const { started, espalier, command, options, machine } = folder.run;
  return [
    ['started', started],
    ['command', command.join(' ')],
    ['seed', options.seed ?? 'none'],
    ['substrate', options.substrate],
    ['machine', `${machine.cores} × ${machine.cpu}, ${machine.memoryMiB} MiB, ${machine.system}`],
    ['espalier', `${espalier}, node ${machine.node}`],
  ];
}

/** Writes the pages of a run; returns the path of the index. */
export function writePages(folder: RunFolder, results: Results, all = true): string {
  const rerunOptions = optionWords(folder.run.options);
  return writeHtmlReport({ dir: folder.dir, results, facts: factsOf(folder), rerunOptions, unexpectedOnly: !all });
}

/** A session that has ended, with what it ran in. */
export interface Finished {
  readonly folder: RunFolder;
  readonly runs: string;
  readonly end: SessionEnd;
  readonly reporters: Reporters;
}

/** Ends the reporters, writes what is derived from the run, and gives the exit code. */
export async function finishSession({ folder, runs, end, reporters }: Finished): Promise<number> {
  const { results, wallMs, interrupted, stopped, trouble } = end;
  recordDurations(runs, results);
  writeLastRun(runs, results);
  const rerunOptions = optionWords(folder.run.options);
  await reporters.end({
    dir: folder.dir,
    results,
    wallMs,
    interrupted,
    rerunOptions,
    ...(stopped !== undefined && { stopped }),
  });
  const index = writePages(folder, results, results.results.length <= allPagesUpTo);
  say(`report: ${shortPath(index)}`);
  await indexRuns(runs);
  sayFailures(reporters);
  if (interrupted) return 130;
  if (trouble || reporters.failures.length > 0) return 2;
  return exitCodeOf(results);
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

/** 0: all as expected. */
export function exitCodeOf(results: Results): number {
  return results.results.every(({ expected }) => expected) && results.complete ? 0 : 1;
}
