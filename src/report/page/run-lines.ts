import { join } from 'node:path';
import type { IndexedRun, TestedInputs } from '../../model/past-results.ts';
import { verdictWords } from '../../model/words.ts';
import { addCategories } from '../../results/categories.ts';
import type { SuiteTally } from '../../store/index/tallies.ts';
import { isGoingOn } from '../../store/run-results.ts';
import { dataVersion } from './data.ts';
import type { RunLine, RunRef, RunsData } from './data-of-runs.ts';

/** Where runs are, and where their pages are as seen from the page that is made. */
export interface RunPlaces {
  /** Folder of runs. */
  readonly runs: string;
  readonly hrefOf: (id: string) => string | undefined;
}

/** Names a run, and says where its page is. */
export function refOf({ id, started, complete }: IndexedRun, { runs, hrefOf }: RunPlaces): RunRef {
  const href = hrefOf(id);
  const state = isGoingOn(join(runs, id)) ? 'running' : complete ? 'complete' : 'stopped';
  return { id, started, state, ...(href !== undefined && { href }) };
}

/** All runs, latest first; `tallies` come oldest run first. */
export function runsData(tallies: readonly SuiteTally[], places: RunPlaces): RunsData {
  const byRun = Map.groupBy(tallies, ({ run }) => run.id);
  return { version: dataVersion, runs: [...byRun.values()].map((parts) => runLine(parts, places)).reverse() };
}

/** One run by what it has of its suites; there is at least one. */
export function runLine(tallies: readonly SuiteTally[], places: RunPlaces): RunLine {
  const { run } = tallies[0] as SuiteTally;
  const sum = (value: (tally: SuiteTally) => number): number =>
    Math.round(tallies.reduce((total, tally) => total + value(tally), 0));
  const counts = verdictWords.map((word) => [word, sum(({ words }) => words.get(word) ?? 0)] as const);
  return {
    ...refOf(run, places),
    command: run.command,
    suites: tallies.map(({ suite }) => suite),
    words: counts.filter(([, count]) => count > 0),
    passedAdapted: sum(({ passedAdapted }) => passedAdapted),
    categories: addCategories(tallies.map(({ categories }) => categories)),
    scenarios: run.scenarios,
    wallMs: sum(({ wallMs }) => wallMs),
    virtualMs: sum(({ virtualMs }) => virtualMs),
    cpuMs: sum(({ cpuMs }) => cpuMs),
    versions: versionsOf(tallies.flatMap(({ inputs }) => inputs)),
  };
}

/** What was under test; several versions of one thing where hosts or tests had several. */
function versionsOf(inputs: readonly TestedInputs[]): RunLine['versions'] {
  const found = new Map<string, Set<string>>();
  const add = (what: string, version: string): void => {
    found.set(what, (found.get(what) ?? new Set()).add(version));
  };
  for (const { versions, kernel, suite } of inputs) {
    for (const [name, version] of Object.entries(versions)) add(name, version);
    add('kernel', kernel.id);
    add('suite', suite.id);
    if (suite.commit) add('commit', `${suite.commit.hash.slice(0, 12)} ${suite.commit.subject}`);
  }
  return [...found].map(([what, versions]) => [what, [...versions].sort()] as const);
}
