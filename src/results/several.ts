import { keyOf } from '../model/scenario.ts';
import { type VerdictWord, verdictWords } from '../model/words.ts';
import { type CategoryCounts, categoryCounts } from './categories.ts';
import type { ComparedRun } from './compare.ts';

/** What one of several runs has. */
export interface RunTotals {
  readonly run: string;
  /** Words that occur, weightiest first. */
  readonly words: readonly (readonly [VerdictWord, number])[];
  /** How many of the passed pass only with an adaptation. */
  readonly passedAdapted: number;
  readonly categories: CategoryCounts;
}

/** A test with its word in each of the runs; `null`: the run does not have it. */
export interface TestInRuns {
  readonly test: string;
  readonly words: readonly (VerdictWord | null)[];
}

/** Several runs side by side, in the order in which they were given. */
export interface SeveralRuns {
  readonly runs: readonly RunTotals[];
  /** Tests that all of them have. */
  readonly common: number;
  /** Tests that have different words, in the order of the runs. */
  readonly tests: readonly TestInRuns[];
}

/** Lays runs side by side. */
export function compareSeveral(runs: readonly ComparedRun[]): SeveralRuns {
  const found = runs.map(({ results }) => new Map(results.map((result) => [keyOf(result), result.word])));
  const keys = [...new Set(found.flatMap((words) => [...words.keys()]))];
  const tests = keys.map((test) => ({ test, words: found.map((words) => words.get(test) ?? null) }));
  return {
    runs: runs.map(totalsOf),
    common: tests.filter(({ words }) => !words.includes(null)).length,
    tests: tests.filter(({ words }) => new Set(words.filter((word) => word !== null)).size > 1),
  };
}

function totalsOf({ run, results }: ComparedRun): RunTotals {
  const count = (word: VerdictWord): number => results.filter((result) => result.word === word).length;
  return {
    run,
    words: verdictWords.map((word) => [word, count(word)] as const).filter(([, many]) => many > 0),
    passedAdapted: results.filter(({ word, passesOnlyAdapted }) => word === 'passed' && passesOnlyAdapted).length,
    categories: categoryCounts(results),
  };
}
