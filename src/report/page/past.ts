import { join } from 'node:path';
import { visible } from '../../base/visible.ts';
import { type ComparedRun, compareRuns, usuallySlower } from '../../results/compare.ts';
import { type TestHistory, testHistories } from '../../results/history.ts';
import { compareSeveral } from '../../results/several.ts';
import type { RunIndex } from '../../store/index/run-index.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { currentResults } from '../../store/run-results.ts';
import { foundDifferences, refOfLine } from './compare-data.ts';
import { dataVersion } from './data.ts';
import type { CompareData, HistoryData, RunLine, SeveralRuns, SuiteHistory } from './data-of-runs.ts';
import { suiteHistory } from './history-data.ts';
import { type RunPlaces, runsData } from './run-lines.ts';

/** Pages know names as they are shown (src/base/visible.ts): the one that is meant, where there is one. */
export function named(shown: string | undefined, names: readonly string[]): string | undefined {
  return names.find((name) => name === shown) ?? names.find((name) => visible(name.toWellFormed()) === shown);
}

/** What is wanted of a suite's past, by names as pages know them. */
export interface PastQuery {
  readonly suite: string;
  /** This test alone. */
  readonly test?: string | undefined;
  /** Every test; else those that flipped. */
  readonly all?: boolean;
}

/** Data of the history of suites. */
export function historyData(index: RunIndex, wishes: readonly PastQuery[], places: RunPlaces): HistoryData {
  const suites = wishes.flatMap((wish) => pastOf(index, wish, places) ?? []);
  return { version: dataVersion, suites };
}

function pastOf(index: RunIndex, { suite: shown, test, all }: PastQuery, places: RunPlaces): SuiteHistory | undefined {
  const suite = named(shown, index.suites());
  if (suite === undefined) return undefined;
  const name = test === undefined ? undefined : named(test, index.names(suite));
  if (test !== undefined && name === undefined) return undefined;
  const tests = testHistories(index.results(suite, name));
  const isShown = ({ flips }: TestHistory): boolean => name !== undefined || all === true || flips > 0;
  return suiteHistory({ suite, tallies: index.tallies(suite), tests, shown: isShown }, places);
}

/** Runs by the names of their folders, as pages know them. */
export interface CompareQuery {
  readonly before?: string | undefined;
  readonly now?: string | undefined;
  /** Others between the two, a newline between their names: no name that is shown holds one. */
  readonly also?: string | undefined;
}

/** Data of the comparison of two or more runs of a folder. Without a wish: the latest, and the one before it of its suites. */
export function compareData(index: RunIndex, wish: CompareQuery, places: RunPlaces): CompareData {
  const { runs } = runsData(index.tallies(), places);
  const ids = runs.map(({ id }) => id);
  const now = runs.find(({ id }) => id === (wish.now === undefined ? ids[0] : named(wish.now, ids)));
  const before =
    wish.before === undefined
      ? runs.slice(now === undefined ? 0 : runs.indexOf(now) + 1).find((run) => now && shareSuites(run, now))
      : runs.find(({ id }) => id === named(wish.before, ids));
  const choices = runs.map(refOfLine);
  if (before === undefined || now === undefined) return { version: dataVersion, choices };
  const comparison = compareRuns(resultsIn(places, before.id), resultsIn(places, now.id), usuallySlower);
  const found = foundDifferences(comparison, before, now);
  const also = (wish.also ?? '').split('\n').flatMap((name) => runs.find(({ id }) => id === named(name, ids)) ?? []);
  return {
    version: dataVersion,
    choices,
    found,
    ...(also.length > 0 && { several: several([before, ...also, now], places) }),
  };
}

function several(lines: readonly RunLine[], places: RunPlaces): SeveralRuns {
  const { common, tests } = compareSeveral(lines.map(({ id }) => resultsIn(places, id)));
  return { runs: lines, common, tests };
}

function resultsIn({ runs }: RunPlaces, id: string): ComparedRun {
  const { run, results } = currentResults(RunFolder.open(join(runs, id)));
  return { run, results };
}

function shareSuites(one: RunLine, other: RunLine): boolean {
  return one.suites.some((suite) => other.suites.includes(suite));
}
