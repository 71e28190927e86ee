import type { ScenarioResult } from '../../model/results.ts';
import type { RunOptions } from '../../model/run.ts';
import { keyOf } from '../../model/scenario.ts';
import { summarize } from '../../results/results.ts';
import { hasCoverage } from '../../store/coverage.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { currentResults, isGoingOn, resultIn } from '../../store/run-results.ts';
import type { RunData, TestData } from '../page/data.ts';
import type { PutFile } from '../page/downloads.ts';
import { type RunSource, runData } from '../page/run-data.ts';
import { runFacts } from '../page/run-facts.ts';
import { testData } from '../page/test-data.ts';
import { numberText } from '../page/write-report.ts';
import type { Rerun } from '../reporter.ts';
import { beginning, linesAfter, positionText } from './live-lines.ts';

/** Names of the data files of tests by `suite:name`: a run that goes on has no numbers but those of its list. */
export function pagesOf({ run }: RunFolder): ReadonlyMap<string, string> {
  return new Map(run.scenarios.map((entry, index) => [keyOf(entry), `test/${numberText(index)}`]));
}

/** The data of a run's page as the run stands now. */
export function currentRunData(folder: RunFolder): RunData {
  const { run } = folder;
  const pages = pagesOf(folder);
  return runData({
    ...(isGoingOn(folder.dir) ? liveResults(folder) : { results: currentResults(folder) }),
    facts: runFacts(run),
    baseline: run.options.baseline,
    pageOf: (result) => pages.get(keyOf(result)),
    beside: ['compare', 'history', ...(hasCoverage(folder.dir) ? ['coverage' as const] : [])],
    home: '../../',
  });
}

/** What has come so far, and where the rest will come from. */
function liveResults({ dir, run }: RunFolder): Required<Pick<RunSource, 'results' | 'live'>> {
  const { lines, next } = linesAfter(dir, beginning);
  const results = new Map<string, ScenarioResult>(lines.map(({ result }) => [keyOf(result), result]));
  return {
    results: summarize(run.id, run.scenarios, [...results.values()]),
    live: { events: `../../api/runs/${encodeURIComponent(run.id)}/events`, after: positionText(next) },
  };
}

/** Gives the words that make `espalier run` repeat a run's options. */
export type RerunOf = (options: RunOptions) => Rerun;

interface TestPageOptions {
  readonly rerun: Rerun;
  /** Takes the test's files. */
  readonly put: PutFile;
}

/** All about one test by its number in the run's list; undefined where it has no result. */
export function testPage(folder: RunFolder, number: string, options: TestPageOptions): TestData | undefined {
  const { dir, run } = folder;
  const entry = run.scenarios[Number(number)];
  const result = entry && resultIn(folder, entry, folder.judged(entry));
  if (result === undefined || numberText(Number(number)) !== number) return undefined;
  return testData(result, { runDir: dir, runId: run.id, depth: 'full', number, ...options });
}
