import type { AttemptCost, AttemptInputs } from './attempt.ts';
import type { IssueCategory } from './issue-categories.ts';
import type { VerdictWord } from './words.ts';

/** Inputs of an attempt without its seed: what a version of the world under test is. */
export type TestedInputs = Omit<AttemptInputs, 'seed'>;

/** A run as the index of a runs folder knows it. */
export interface IndexedRun {
  /** Name of its folder. */
  readonly id: string;
  /** ISO 8601 wall date. */
  readonly started: string;
  readonly espalier: string;
  /** The command line, a space between its words. */
  readonly command: string;
  /** How many scenarios it was to do. */
  readonly scenarios: number;
  readonly complete: boolean;
}

/** The result of one test in one run. */
export interface IndexedResult {
  readonly suite: string;
  readonly name: string;
  readonly word: VerdictWord;
  readonly upstream: string;
  readonly expected: boolean;
  /** Passes only with adaptations. */
  readonly adapted: boolean;
  /** Of its issues. */
  readonly categories: readonly IssueCategory[];
  /** How many attempts were made. */
  readonly attempts: number;
  /** Of the last attempt, as all that follows. Decimal. */
  readonly seed?: string;
  readonly wallMs?: number;
  readonly cpuMs?: number;
  /** Where it went. */
  readonly cost?: AttemptCost;
  /** Virtual nanoseconds from boot to end, decimal. */
  readonly virtualNs?: string;
  readonly inputs?: TestedInputs;
}

/** A result with the run that it is of. */
export interface PastResult extends IndexedResult {
  readonly run: IndexedRun;
}
