import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import type { ScenarioEntry } from '../../model/scenario.ts';
import { makeReporters } from '../../report/all.ts';
import { keepAttempts } from '../../store/keeping.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { readPruned } from '../../store/pruned.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { lockRun, tryLockRun } from '../../store/run-lock.ts';
import { rebuildResults, resultsIn, storedResult } from '../../store/run-results.ts';
import { exitCodeOf, sayFailures, writePages } from '../finish.ts';
import { judgeAttempt } from '../judging/judge-attempt.ts';
import { openSuites, openSupply } from '../local/open.ts';
import { rerunOf } from '../options.ts';
import { pastForReport, type ReportPast } from '../report-past.ts';
import { standardOutput } from './run.ts';

export interface StoredRunOptions {
  readonly reporter: string;
  readonly output?: string;
  /** Everything of every test. */
  readonly full?: boolean;
}

export interface ReportOptions extends StoredRunOptions {
  /** A run to show differences from. */
  readonly compare?: string;
  /** With pages about its tests in all runs. */
  readonly history?: boolean;
}

/** `espalier report`; returns the exit code: trouble with reporting, not what the run was like. */
export async function reportCommand(run: string, options: ReportOptions): Promise<number> {
  const runs = runsDir(options.output);
  const folder = RunFolder.open(findRun(run, runs));
  using _lock = await lockForReport(folder);
  const compare = options.compare === undefined ? undefined : findRun(options.compare, runs);
  const past = await pastForReport(folder, { compare, history: options.history === true });
  return (await show(folder, rebuildResults(folder), { ...options, past })) ? 0 : 2;
}

/** `espalier judge`; returns the exit code of the verdicts. */
export async function judgeCommand(run: string, options: StoredRunOptions & { suite?: string }): Promise<number> {
  const folder = RunFolder.open(findRun(run, runsDir(options.output)));
  refuseEmpty(folder);
  using _lock = await lockRun(folder.dir, 'judge');
  const results = resultsIn(folder, await judgeAll(folder, options.suite));
  folder.writeResults(results);
  return (await show(folder, results, options)) ? exitCodeOf(results) : 2;
}

/** A run of nothing would be as expected. */
function refuseEmpty({ dir, run }: RunFolder): void {
  if (run.scenarios.length > 0) return;
  throw new EspalierError('infrastructure', `run ${run.id} lists no tests, so there is nothing to judge`, {
    file: join(dir, 'run.json'),
  });
}

/** A run that goes on may be looked at: it writes its own report when it ends. */
async function lockForReport({ dir }: RunFolder): Promise<Disposable | undefined> {
  const lock = await tryLockRun(dir, 'report');
  if (Symbol.dispose in lock) return lock;
  return lock.command === 'run' || lock.command === 'replay' ? undefined : lockRun(dir, 'report');
}

/** Judges every attempt whose lab is over, but for those that were pruned; as many tests at once as there are cores. */
async function judgeAll(folder: RunFolder, suite: string | undefined): Promise<ScenarioResult[]> {
  const { scenarios, options } = folder.run;
  // By the stored references no suite is needed at all.
  const names = suite === undefined ? [] : [...new Set(scenarios.map((entry) => entry.suite))];
  const supply = openSupply(options, new AbortController().signal);
  const suites = await openSuites(names, { ...options, ...(suite !== undefined && { suite }) }, supply);
  const found = new Map<ScenarioEntry, ScenarioResult>();
  const pruned = new Map<string, number>();
  const work = scenarios.values();
  const judge = async (): Promise<void> => {
    for (const entry of work) {
      for (const { dir } of folder.toJudge(entry)) {
        const gone = readPruned(dir);
        if (gone !== undefined) {
          pruned.set(gone.text, (pruned.get(gone.text) ?? 0) + 1);
          continue;
        }
        const loaded = await suites.get(entry.suite)?.load(entry.name);
        await judgeAttempt(dir, { runDir: folder.dir, loaded });
      }
      const result = storedResult(folder, entry);
      if (result === undefined) continue;
      found.set(entry, result);
      await keepAttempts(folder, result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, judge));
  for (const [text, count] of pruned) say(`attempts that keep their verdicts: ${count}, ${text}`);
  return [...found.values()];
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
