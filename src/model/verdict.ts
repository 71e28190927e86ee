/** Verdict words in order of precedence, weightiest first. See `words.ts` for their mapping. */
export const verdictWords = [
  'unresolved',
  'nondeterminism',
  'livelock',
  'timeout',
  'crash',
  'leak',
  'major',
  'minor',
  'unsupported',
  'passed',
] as const;
export type VerdictWord = (typeof verdictWords)[number];

/** What is known of an attempt's SAs and packets, for people and reports. */
export interface FactSummary {
  /** SAs, counted once for both ends. */
  readonly pairs: number;
  /** ESP, AH and IPComp packets by what the wire oracle says of them; copies on other links not counted. */
  readonly packets: Readonly<Record<PacketWord, number>>;
  /** SAs that one host alone had at command boundaries, with what excuses them. */
  readonly halfOpen: readonly string[];
}

export const packetWords = ['verified', 'unauthenticated', 'refused', 'unjudged', 'no-sa', 'replayed'] as const;
export type PacketWord = (typeof packetWords)[number];

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
  /** Number of the frame in a capture, from 1. */
  readonly packet?: number;
  /** One line for people. */
  readonly message: string;
  /** Up to a few lines of context: unified-diff style where expected and received differ. */
  readonly excerpt?: string;
}

/** The judgement of one attempt; derived from stored files only. */
export interface Verdict {
  readonly version: 2;
  readonly word: VerdictWord;
  /** The suite's own word for it (libreswan: passed, failed, unresolved, untested, unsupported). */
  readonly upstream: string;
  readonly issues: readonly Issue[];
  /** What was seen of SAs and packets; absent where nothing could be read. */
  readonly facts?: FactSummary;
  /** Adaptations that altered the received text of this attempt. */
  readonly adapted: readonly string[];
  /** True where the attempt passes only with those adaptations. */
  readonly passesOnlyAdapted: boolean;
}
