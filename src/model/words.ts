/** Verdict words in order of precedence, weightiest first. */
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

/** libreswan's resolutions. */
export type UpstreamWord = 'passed' | 'failed' | 'unresolved' | 'untested' | 'unsupported';

/** How a word is told in other tongues. */
export interface WordMapping {
  /** One ASCII character for terminals. */
  readonly letter: string;
  /** One character for pages: no colour is needed to tell the words apart. */
  readonly sign: string;
  readonly meaning: string;
  readonly upstream: UpstreamWord;
  /** Child of JUnit's `testcase`. */
  readonly junit: 'failure' | 'error' | 'skipped' | undefined;
  readonly tap: 'ok' | 'not ok' | 'ok # SKIP';
  /** Counts as expected without a baseline; a run of nothing else exits with 0. */
  readonly expected: boolean;
}

/** The one table of verdict words; precedence is the order of `verdictWords`. */
export const wordTable: Readonly<Record<VerdictWord, WordMapping>> = {
  unresolved: {
    letter: '?',
    sign: '?',
    meaning: 'Espalier or the lab failed, so nothing is known about the test',
    upstream: 'unresolved',
    junit: 'error',
    tap: 'not ok',
    expected: false,
  },
  nondeterminism: {
    letter: 'N',
    sign: '≠',
    meaning: 'one seed gave two results',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  livelock: {
    letter: 'L',
    sign: '∞',
    meaning: 'a host computed without end while its clock stood still',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  timeout: {
    letter: 'T',
    sign: '◷',
    meaning: 'a command was not done at its virtual deadline',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  crash: {
    letter: 'C',
    sign: '✕',
    meaning: 'a daemon or the kernel under test crashed',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  leak: {
    letter: '!',
    sign: '!',
    meaning: 'a packet that a policy protects went over a link in clear',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  major: {
    letter: 'M',
    sign: '▲',
    meaning: 'an SA, a tunnel or a packet is missing, extra or other than expected',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  minor: {
    letter: 'm',
    sign: '△',
    meaning: 'words differ, and SAs, tunnels and packets are as expected',
    upstream: 'failed',
    junit: 'failure',
    tap: 'not ok',
    expected: false,
  },
  unsupported: {
    letter: 's',
    sign: '–',
    meaning: 'needs something that labs do not have, decided by rule',
    upstream: 'unsupported',
    junit: 'skipped',
    tap: 'ok # SKIP',
    expected: true,
  },
  passed: {
    letter: '.',
    sign: '✓',
    meaning: 'all is as expected',
    upstream: 'passed',
    junit: undefined,
    tap: 'ok',
    expected: true,
  },
};

/** The weightiest of some words; `passed` where there is none. */
export function heaviest(words: readonly VerdictWord[]): VerdictWord {
  return verdictWords.find((word) => words.includes(word)) ?? 'passed';
}
