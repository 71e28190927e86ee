import type { Issue } from './verdict.ts';
import type { UpstreamWord, VerdictWord } from './words.ts';

/** What a kind of issue means, wherever it is found. */
export interface KindMeaning {
  /** The word of an issue of this kind; `undefined`: the word of the result that it is about. */
  readonly word: VerdictWord | undefined;
  /** What libreswan's own judgement calls it; `passed` where it does not look for it. */
  readonly upstream: UpstreamWord;
  /** One line for people. */
  readonly meaning: string;
  /**
   * Evidence is missing. What the rest of it shows is still true: beside a finding that is at least `major` the verdict
   * keeps that finding's word; beside anything less it is `unresolved`.
   */
  readonly gap?: true;
  /** It says that something did not happen, which is not known where evidence is missing. */
  readonly fromAbsence?: true;
  /** Often the cause of what else went wrong: it stands before issues that are heavier. */
  readonly foremost?: true;
}

type Kinds = Readonly<Record<string, KindMeaning>>;

/** What libreswan's post-mortem finds in logs and consoles, under libreswan's names. */
const postMortem = {
  ASSERTION: { word: 'crash', upstream: 'failed', foremost: true, meaning: 'an assertion of a daemon failed' },
  EXPECTATION: { word: 'major', upstream: 'failed', meaning: 'an expectation of a daemon failed' },
  PRINTF_NULL: { word: 'minor', upstream: 'failed', meaning: 'a null pointer was printed' },
  iscntrl: { word: 'minor', upstream: 'failed', meaning: 'a log or console holds a character that does not print' },
  LEAK: { word: 'minor', upstream: 'failed', meaning: "a daemon's own check found leaks of memory" },
  CORE: { word: 'crash', upstream: 'failed', foremost: true, meaning: 'a core file was found' },
  SEGFAULT: { word: 'crash', upstream: 'failed', foremost: true, meaning: 'a daemon crashed' },
  GPFAULT: {
    word: 'crash',
    upstream: 'failed',
    foremost: true,
    meaning: 'the kernel reported a general protection fault',
  },
  KERNEL: { word: 'crash', upstream: 'failed', foremost: true, meaning: 'the kernel printed a call trace' },
  TIMEOUT: { word: 'timeout', upstream: 'failed', meaning: 'a command was not done at its virtual deadline' },
  EXCEPTION: { word: 'unresolved', upstream: 'unresolved', meaning: "the suite's own driver would have given up" },
} as const satisfies Kinds;

/** Consoles against a suite's references. */
const consoles = {
  'output-missing': { word: 'unresolved', upstream: 'unresolved', meaning: 'nothing of a console was saved' },
  'output-truncated': { word: 'unresolved', upstream: 'unresolved', meaning: 'a console ends before the test does' },
  'sanitizer-failed': { word: 'unresolved', upstream: 'unresolved', meaning: "one of the suite's sanitizers failed" },
  'output-unchecked': { word: 'unresolved', upstream: 'failed', meaning: 'the suite has no reference for a console' },
  // libreswan's driver gives up on bytes that are no UTF-8.
  'output-undecodable': { word: 'minor', upstream: 'unresolved', meaning: 'a console holds bytes that are not UTF-8' },
  'output-whitespace': { word: 'minor', upstream: 'failed', meaning: 'a console differs from its reference in blanks' },
  'output-different': { word: 'minor', upstream: 'failed', meaning: 'a console differs from its reference' },
  'facts-different': {
    word: 'major',
    upstream: 'failed',
    meaning: 'a console and its reference report different SAs, tunnels or reachability',
  },
} as const satisfies Kinds;

/** How a lab ended, where it did not end in order. libreswan's machines run into its time limit for most of these. */
const ends = {
  flood: { word: 'timeout', upstream: 'failed', meaning: 'a command printed without end' },
  'shell-exit': { word: 'unresolved', upstream: 'unresolved', meaning: "a host's shell ended" },
  livelock: {
    word: 'livelock',
    upstream: 'failed',
    meaning: 'a host computed without end while its clock stood still',
  },
  panic: { word: 'crash', upstream: 'failed', meaning: 'the kernel panicked' },
  'out-of-memory': { word: 'unresolved', upstream: 'unresolved', meaning: "the lab's memory ran out" },
  'boot-failed': { word: 'unresolved', upstream: 'unresolved', meaning: 'the lab did not boot' },
  'lab-died': { word: 'unresolved', upstream: 'unresolved', meaning: "the lab's process ended by itself" },
  cancelled: { word: 'unresolved', upstream: 'unresolved', meaning: 'the lab was stopped on request' },
} as const satisfies Kinds;

/** What the oracles find in records and captures. No suite looks for it. */
const oracles = {
  cleartext: {
    word: 'leak',
    upstream: 'passed',
    meaning: "a packet that its sender's policy protects went out in clear",
  },
  'not-encrypted': { word: 'leak', upstream: 'passed', meaning: 'the payload of an ESP packet is in clear' },
  'golden-facts': { word: 'major', upstream: 'passed', meaning: 'SAs and policies are not those of `facts.json`' },
  'half-open': { word: 'major', upstream: 'passed', meaning: 'one host alone has an SA' },
  'inner-selector': {
    word: 'major',
    upstream: 'passed',
    meaning: "a tunnel carries a packet that its sender's policy does not send there",
  },
  'not-verified': {
    word: 'major',
    upstream: 'passed',
    meaning: 'an ESP or AH packet does not verify with its recorded keys',
  },
  'replay-accepted': {
    word: 'major',
    upstream: 'passed',
    meaning: 'a host accepted a packet that it had received before',
    // It counts the packets that were captured.
    fromAbsence: true,
  },
  'sa-disagreement': { word: 'major', upstream: 'passed', meaning: 'the two ends of an SA differ' },
  'unknown-sa': { word: 'major', upstream: 'passed', meaning: 'a packet has an SPI that no host had an SA for' },
  'table-discrepancy': {
    word: 'major',
    upstream: 'passed',
    meaning: "the kernel's tables and its events contradict each other",
  },
} as const satisfies Kinds;

/** What went wrong in a process or in the kernel. libreswan's own judgement looks for some of it, under its own names. */
const incidents = {
  died: {
    word: 'crash',
    upstream: 'passed',
    foremost: true,
    meaning: 'a process died of a signal that dumps core, or a daemon of a signal that no command had sent',
  },
  'daemon-ended': {
    word: 'major',
    upstream: 'passed',
    foremost: true,
    meaning: 'a daemon ended by itself, and no command had ended it',
  },
  'assertion-failed': {
    word: 'crash',
    upstream: 'passed',
    foremost: true,
    meaning: 'a log or a console reports a failed assertion',
  },
  'expectation-failed': {
    word: 'major',
    upstream: 'passed',
    meaning: 'a log or a console reports a failed expectation, after which the daemon goes on',
  },
  'daemon-fatal': {
    word: 'crash',
    upstream: 'passed',
    foremost: true,
    meaning: 'a log or a console reports that a daemon ended because of a fault of its own',
  },
  'memory-error': {
    word: 'crash',
    upstream: 'passed',
    foremost: true,
    meaning: 'the C library or a sanitizer reports damaged memory or undefined behaviour',
  },
  'memory-leak': { word: 'minor', upstream: 'passed', meaning: 'a leak detector reports memory that was not freed' },
  'kernel-fault': {
    word: 'crash',
    upstream: 'passed',
    foremost: true,
    meaning: 'the kernel log holds a warning, a bug, an oops or a report of a checker',
  },
} as const satisfies Kinds;

/** The checks of a suite or a scenario. */
const checks = {
  'check-tunnel': {
    word: 'major',
    upstream: 'failed',
    meaning: 'evaltest.dat: a check of SAs, policies, tunnels or packets failed',
  },
  'check-text': { word: 'minor', upstream: 'failed', meaning: 'evaltest.dat: a check of a log or another list failed' },
  'check-unreadable': {
    word: 'unresolved',
    upstream: 'unresolved',
    meaning: 'evaltest.dat: grep rejected the pattern of a check',
  },
  'check-sas': { word: 'major', upstream: 'failed', meaning: 'a scenario expected other SAs' },
  'check-reach': { word: 'major', upstream: 'failed', meaning: 'a scenario expected other reachability' },
  'no-traffic': {
    word: 'major',
    upstream: 'failed',
    meaning: 'a Child SA that both ends have carried no traffic when the scenario was over',
  },
  'check-log': { word: 'major', upstream: 'failed', meaning: 'a scenario expected another line in a log' },
  'check-clear': {
    word: 'major',
    upstream: 'failed',
    meaning: 'a scenario expected packets in clear, and there were none',
    fromAbsence: true,
  },
  'check-leak': {
    word: 'leak',
    upstream: 'failed',
    meaning: 'a scenario expected no packets in clear, and there were some',
  },
  'check-value': {
    word: 'major',
    upstream: 'failed',
    meaning: 'a scenario expected another counter, file, output, route or address, or that a process dies or does not',
  },
  'check-custom': {
    word: undefined,
    upstream: 'failed',
    meaning: 'a scenario expected another value; the scenario says which word that is',
  },
  'selftest-failed': {
    word: 'major',
    upstream: 'failed',
    meaning: 'a selftest of the kernel failed, or one of its subtests, or it ended before its plan',
  },
  'check-transcript': { word: 'minor', upstream: 'failed', meaning: 'a transcript differs from its reference' },
  'scenario-fault': {
    word: 'unresolved',
    upstream: 'unresolved',
    meaning: "a scenario's function failed before its end",
  },
} as const satisfies Kinds;

/** What the lab itself says of its evidence. */
const evidence = {
  'evidence-lost': {
    word: 'unresolved',
    upstream: 'unresolved',
    meaning: 'the lab lost frames, or a part of a file that judging reads',
    gap: true,
  },
  'books-open': {
    word: 'unresolved',
    upstream: 'unresolved',
    meaning: 'captures hold less than was counted while the lab ran',
    gap: true,
  },
  'events-lost': {
    word: 'unresolved',
    upstream: 'unresolved',
    meaning: 'the lab lost events of SAs and policies, and packets sent then cannot be judged',
    gap: true,
  },
} as const satisfies Kinds;

/** Files that judging reads. */
const files = {
  'capture-damage': { word: 'unresolved', upstream: 'unresolved', meaning: 'a capture is missing, damaged or cut' },
  'record-damage': { word: 'unresolved', upstream: 'unresolved', meaning: '`records` is missing, damaged or cut' },
  'unreadable-file': {
    word: 'unresolved',
    upstream: 'unresolved',
    meaning: 'a file that judging reads is missing or damaged',
  },
} as const satisfies Kinds;

/** Scenarios that have no lab or no judgement. */
const unjudged = {
  unsupported: {
    word: 'unsupported',
    upstream: 'unsupported',
    meaning: 'a rule says that labs cannot run the scenario',
  },
  'kernel-lacks': { word: 'unsupported', upstream: 'unsupported', meaning: 'the kernel is too old for a scenario' },
  broken: { word: 'unresolved', upstream: 'unresolved', meaning: "the scenario's own files are broken" },
  'no-lab': { word: 'unresolved', upstream: 'unresolved', meaning: 'no lab could be started' },
  'no-judgement': { word: 'unresolved', upstream: 'unresolved', meaning: 'judging failed' },
} as const satisfies Kinds;

/** Several attempts at one scenario. */
const repeats = {
  'results-differ': {
    word: 'nondeterminism',
    upstream: 'failed',
    meaning: 'attempts with one seed have different verdicts',
  },
  'transcripts-differ': {
    word: 'nondeterminism',
    upstream: 'failed',
    meaning: 'attempts with one seed have different records',
  },
  'captures-differ': {
    word: 'nondeterminism',
    upstream: 'failed',
    meaning: 'attempts with one seed have different captures',
  },
  'depends-on-chance': {
    word: undefined,
    upstream: 'passed',
    meaning: 'attempts with different seeds have different verdicts',
  },
} as const satisfies Kinds;

/** The one table of issue kinds, under the headings of docs/issue-kinds.md. */
export const issueKindGroups = {
  'Post-mortem of hosts': postMortem,
  'Consoles and references': consoles,
  'How a lab ended': ends,
  Oracles: oracles,
  'Processes and the kernel': incidents,
  Checks: checks,
  'Lost evidence': evidence,
  'Stored files': files,
  'No lab, or no judgement': unjudged,
  'Several attempts': repeats,
} as const satisfies Readonly<Record<string, Kinds>>;

export const issueKinds = {
  ...postMortem,
  ...consoles,
  ...ends,
  ...oracles,
  ...incidents,
  ...checks,
  ...evidence,
  ...files,
  ...unjudged,
  ...repeats,
} as const;

export type IssueKind = keyof typeof issueKinds;

/** Kinds whose issues have a word of their own. */
export type WeightedKind = {
  [Kind in IssueKind]: (typeof issueKinds)[Kind]['word'] extends VerdictWord ? Kind : never;
}[IssueKind];

export type IncidentKind = keyof typeof incidents;

/** Kinds of what went wrong in a process or in the kernel. */
export const incidentKinds = Object.keys(incidents) as [IncidentKind, ...IncidentKind[]];

/** What scenario files can tolerate: daemons that fail, and those that keep an SA which their peer has given up. */
export const tolerableKinds = [...incidentKinds, 'half-open'] as const;

export type TolerableKind = (typeof tolerableKinds)[number];

/** Makes an issue; its word follows from its kind. */
export function issueOf(kind: WeightedKind, rest: Omit<Issue, 'kind' | 'word'>): Issue {
  return { kind, word: issueKinds[kind].word, ...rest };
}

/** What is known of a kind as a stored verdict names it; `undefined`: another version of Espalier made it. */
export function meaningOfKind(kind: string): KindMeaning | undefined {
  return Object.hasOwn(issueKinds, kind) ? issueKinds[kind as IssueKind] : undefined;
}

/** libreswan's resolution of an attempt with these kinds of issue: unresolved sticks over failed, but for a gap. */
export function upstreamOf(kinds: readonly string[]): UpstreamWord {
  const words = kinds.map((kind): UpstreamWord | 'gap' => {
    const { upstream, gap } = meaningOfKind(kind) ?? { upstream: 'unresolved' };
    return gap ? 'gap' : upstream;
  });
  if (words.includes('unresolved')) return 'unresolved';
  if (words.includes('failed')) return 'failed';
  return words.includes('gap') ? 'unresolved' : 'passed';
}
