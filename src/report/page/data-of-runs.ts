/**
 * What pages about several runs are made from, by the rules of data.ts. From disk a file holds all that its report was
 * asked to hold; a server answers the part that the address asks for (`data/history.js?suite=S&test=N`).
 */

import type { IssueCategory } from '../../model/issue-categories.ts';
import type { Change } from '../../model/results.ts';
import type { VerdictWord } from '../../model/words.ts';
import type { dataVersion } from './data.ts';

/** `complete`: every test has a result. `stopped`: it ended before. */
export type RunState = 'running' | 'stopped' | 'complete';

/** A run, and where its own page is. */
export interface RunRef {
  readonly id: string;
  /** ISO 8601 wall date. */
  readonly started: string;
  readonly state: RunState;
  /** Address of its page, relative to the page that shows this; absent: there is none. */
  readonly href?: string;
}

/** What a run has of all its suites, or of one. */
export interface RunLine extends RunRef {
  readonly command: string;
  readonly suites: readonly string[];
  /** Words that occur, weightiest first, with their counts. */
  readonly words: readonly (readonly [VerdictWord, number])[];
  readonly passedAdapted: number;
  /** How many tests have an issue of a category; those that none has are left out. */
  readonly categories: readonly (readonly [IssueCategory, number])[];
  /** How many tests the run was to do, of all suites. */
  readonly scenarios: number;
  /** Sums over the last attempts of its tests, milliseconds. */
  readonly wallMs: number;
  readonly virtualMs: number;
  readonly cpuMs: number;
  /** `kernel`, `suite`, `libreswan`: what was under test, and in which versions. */
  readonly versions: readonly (readonly [what: string, versions: readonly string[]])[];
}

/** `data/runs.js`: all runs, latest first. */
export interface RunsData {
  readonly version: typeof dataVersion;
  readonly runs: readonly RunLine[];
}

/** `data/compare.js`: what is otherwise in a run than in another. */
export interface CompareData {
  readonly version: typeof dataVersion;
  /** Runs that can be chosen, latest first. */
  readonly choices: readonly RunRef[];
  /** Absent: none was chosen, or there is none. */
  readonly found?: FoundDifferences;
  /** More than two were chosen; `found` has the first and the last of them. */
  readonly several?: SeveralRuns;
}

/** Several runs side by side. */
export interface SeveralRuns {
  /** In the order in which they were chosen. */
  readonly runs: readonly RunLine[];
  /** How many tests all of them have. */
  readonly common: number;
  /** Tests that have different verdicts, each with one per run; `null`: the run does not have it. */
  readonly tests: readonly { readonly test: string; readonly words: readonly (VerdictWord | null)[] }[];
}

export interface FoundDifferences {
  readonly before: RunLine;
  readonly now: RunLine;
  /** How many tests both have. */
  readonly common: number;
  /** What is otherwise under test. */
  readonly world: readonly WorldRow[];
  /** Newly failing, changed in kind, newly passing. */
  readonly changes: readonly { readonly change: Change; readonly tests: readonly PairRow[] }[];
  /** Durations are of virtual time. */
  readonly slower: readonly SlowerRow[];
  readonly onlyBefore: readonly string[];
  readonly onlyNow: readonly string[];
}

/** A test of both runs; `test` is `suite:name`. */
export interface PairRow {
  readonly test: string;
  readonly before: VerdictWord;
  readonly now: VerdictWord;
  readonly why?: string;
}

export interface SlowerRow {
  readonly test: string;
  readonly beforeMs: number;
  readonly nowMs: number;
}

/** Something under test that is another one: `kernel`, `image of east`, `suite`. */
export type WorldRow = readonly [what: string, before: string, now: string];

/** `data/history.js`: suites and their tests through all stored runs. */
export interface HistoryData {
  readonly version: typeof dataVersion;
  readonly suites: readonly SuiteHistory[];
}

export interface SuiteHistory {
  readonly suite: string;
  /** Oldest first. */
  readonly runs: readonly SuiteRun[];
  /** How many tests the runs have of it. */
  readonly total: number;
  /** All of them, the one that was asked for, or those that flipped. */
  readonly tests: readonly TestPast[];
  /** What the points of tests had other than the points before them. */
  readonly worlds: readonly (readonly WorldRow[])[];
}

/** What a run has of one suite, against the runs before it. */
export interface SuiteRun extends RunLine {
  readonly changes: Readonly<Partial<Record<Change, number>>>;
}

export interface TestPast {
  readonly name: string;
  /** How often it began or ceased to pass. */
  readonly flips: number;
  /** Indices of runs: the first of those since which it has not passed, and the last in which it passed. */
  readonly firstBad?: number;
  readonly lastGood?: number;
  /** Oldest first. */
  readonly points: readonly PastPoint[];
}

/** The result of a test in one run. */
export interface PastPoint {
  /** Index into `runs`. */
  readonly run: number;
  readonly word: VerdictWord;
  readonly adapted?: true;
  /** Of its issues. */
  readonly categories?: readonly IssueCategory[];
  readonly change?: Change;
  /** Milliseconds of the last attempt. */
  readonly wallMs?: number;
  readonly virtualMs?: number;
  readonly cpuMs?: number;
  readonly seed?: string;
  /** Index into `worlds`; absent: nothing was other than before. */
  readonly world?: number;
}
