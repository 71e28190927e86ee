/** Verdict words in order of precedence, weightiest first. See `words.ts` for their mapping. */
export const verdictWords = [
  'unresolved',
  'crash',
  'livelock',
  'timeout',
  'nondeterminism',
  'failed',
  'unsupported',
  'passed',
] as const;
export type VerdictWord = (typeof verdictWords)[number];

/** Something a judge saw, with where it saw it. */
export interface Issue {
  /** libreswan's issue name where there is one (`output-different`, `ASSERTION`, …), else ours. */
  readonly kind: string;
  readonly word: VerdictWord;
  readonly host?: string;
  readonly file?: string;
  /** Line in `file`, from 1. */
  readonly line?: number;
  readonly command?: string;
  /** One line for people. */
  readonly message: string;
  /** Up to a few lines of context: unified-diff style where expected and received differ. */
  readonly excerpt?: string;
}

/** The judgement of one attempt; derived from stored files only. */
export interface Verdict {
  readonly version: 1;
  readonly word: VerdictWord;
  /** The suite's own word for it (libreswan: passed, failed, unresolved, untested, unsupported). */
  readonly upstream: string;
  readonly issues: readonly Issue[];
  /** Adaptations that altered the received text of this attempt. */
  readonly adapted: readonly string[];
  /** True where the attempt passes only with those adaptations. */
  readonly passesOnlyAdapted: boolean;
}
