import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import type { Results } from '../../model/results.ts';
import { makeReporters } from '../../report/all.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { lockRun, tryLockRun } from '../../store/run-lock.ts';
import { rebuildResults, resultsIn } from '../../store/run-results.ts';
import { exitCodeOf, sayFailures, writePages } from '../finish.ts';
import { judgeRun } from '../judging/judge-run.ts';
import { rerunOf } from '../options.ts';
import { pastForReport, type ReportPast } from '../report-past.ts';
import { refuseUntrusted } from '../trust.ts';
import { standardOutput } from './run.ts';

export interface StoredRunOptions {
  readonly reporter: string;
  readonly output?: string;
  /** Everything of every test. */
  readonly full?: boolean;
}

export interface JudgeRunOptions extends StoredRunOptions {
  /** A tree with today's tests. */
  readonly suite?: string;
  readonly trust?: boolean;
}

export interface ReportOptions extends StoredRunOptions {
  /** Runs to show differences from. */
  readonly compare?: readonly string[];
  /** With pages about its tests in all runs. */
  readonly history?: boolean;
}

/** `espalier report`; returns the exit code: trouble with reporting, not what the run was like. */
export async function reportCommand(run: string, options: ReportOptions): Promise<number> {
  const runs = runsDir(options.output);
  const folder = RunFolder.open(findRun(run, runs));
  using _lock = await lockForReport(folder);
  const compare = (options.compare ?? []).map((word) => findRun(word, runs));
  const past = await pastForReport(folder, { compare, history: options.history === true });
  return (await show(folder, rebuildResults(folder), { ...options, past })) ? 0 : 2;
}

/** `espalier judge`; returns the exit code of the verdicts. */
export async function judgeCommand(run: string, options: JudgeRunOptions): Promise<number> {
  const folder = RunFolder.open(findRun(run, runsDir(options.output)));
  refuseEmpty(folder);
  // Today's tests are loaded by the names of the run's suites, which may be files of TypeScript.
  if (options.suite !== undefined) await refuseUntrusted(folder, options.trust);
  using _lock = await lockRun(folder.dir, 'judge');
  const results = resultsIn(folder, await judgeRun(folder, options.suite));
  folder.writeResults(results);
  return (await show(folder, results, options)) ? exitCodeOf(results) : 2;
}

/** A run of nothing would be as expected. */
function refuseEmpty({ dir, run }: RunFolder): void {
  if (run.scenarios.length > 0) return;
  throw new EspalierError('infrastructure', `run ${run.id} lists no tests, so there is nothing to judge`, {
    file: join(dir, 'run.json'),
    remedy: 'judge another run, or remove this one',
  });
}

/** A run that goes on may be looked at: it writes its own report when it ends. */
async function lockForReport({ dir }: RunFolder): Promise<Disposable | undefined> {
  const lock = await tryLockRun(dir, 'report');
  if (Symbol.dispose in lock) return lock;
  return lock.command === 'run' || lock.command === 'replay' ? undefined : lockRun(dir, 'report');
}

interface Shown extends StoredRunOptions {
  readonly past?: ReportPast;
}

/** Passes stored results through reporters and writes the pages. False when a reporter failed. */
async function show(folder: RunFolder, results: Results, options: Shown): Promise<boolean> {
  const reporters = makeReporters(options.reporter.split(','), standardOutput());
  const { id, scenarios } = folder.run;
  reporters.begin({ dir: folder.dir, id, scenarios, done: 0, jobs: 1 });
  let unexpected = 0;
  for (const [index, result] of results.results.entries()) {
    if (!result.expected) unexpected += 1;
    reporters.result(result, { done: index + 1, total: scenarios.length, unexpected });
  }
  const rerun = rerunOf(folder.run.options);
  await reporters.end({ dir: folder.dir, results, interrupted: false, rerun });
  say(
    `report: ${shortPath(writePages(folder, results, { extent: options.full ? 'full' : 'usual', ...options.past }))}`,
  );
  sayFailures(reporters);
  return reporters.failures.length === 0;
}
