import type { UpstreamWord, VerdictWord } from './words.ts';

/** Which text of a host an issue is looked for in. */
export type Source = 'pluto-log' | 'raw' | 'sanitized';

/** A sign of trouble that libreswan's post-mortem looks for. */
export interface Sign {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly sources: readonly Source[];
  readonly message: string;
}

/** The signs, in the order in which they are looked for. Texts are Latin-1, one character per byte. */
export const signs: readonly Sign[] = [
  {
    kind: 'ASSERTION',
    pattern: /ASSERTION FAILED/,
    sources: ['pluto-log', 'raw'],
    message: 'an assertion of libreswan failed',
  },
  {
    kind: 'EXPECTATION',
    pattern: /EXPECTATION FAILED/,
    sources: ['pluto-log', 'raw'],
    message: 'an expectation of libreswan failed',
  },
  {
    kind: 'PRINTF_NULL',
    pattern: /\(null\)/,
    sources: ['pluto-log', 'raw', 'sanitized'],
    message: 'a null pointer was printed',
  },
  {
    kind: 'iscntrl',
    pattern: /[^ -~\n]/,
    sources: ['pluto-log'],
    message: 'the log holds a character that does not print',
  },
  {
    kind: 'LEAK',
    pattern: /leak detective found [0-9]+ leaks/,
    sources: ['pluto-log'],
    message: "pluto's leak detective found leaks",
  },
  { kind: 'CORE', pattern: /[\r\n]CORE FOUND/, sources: ['raw'], message: 'a core file was found' },
  { kind: 'SEGFAULT', pattern: /SEGFAULT/, sources: ['raw'], message: 'a segmentation fault was reported' },
  { kind: 'GPFAULT', pattern: /GPFAULT/, sources: ['raw'], message: 'a general protection fault was reported' },
  {
    kind: 'iscntrl',
    pattern: /[^ -~\r\n\t]/,
    sources: ['sanitized'],
    message: 'the console holds a character that does not print',
  },
  {
    kind: 'KERNEL',
    pattern: /\[ *\d+\.\d+\] Call Trace:/,
    sources: ['sanitized'],
    message: 'the kernel printed a call trace',
  },
];

/** Kinds of issue: our word for each and libreswan's resolution. */
export const issueKinds: Readonly<Record<string, { readonly word: VerdictWord; readonly upstream: UpstreamWord }>> = {
  ASSERTION: { word: 'crash', upstream: 'failed' },
  EXPECTATION: { word: 'major', upstream: 'failed' },
  PRINTF_NULL: { word: 'minor', upstream: 'failed' },
  iscntrl: { word: 'minor', upstream: 'failed' },
  LEAK: { word: 'minor', upstream: 'failed' },
  CORE: { word: 'crash', upstream: 'failed' },
  SEGFAULT: { word: 'crash', upstream: 'failed' },
  GPFAULT: { word: 'crash', upstream: 'failed' },
  KERNEL: { word: 'crash', upstream: 'failed' },
  TIMEOUT: { word: 'timeout', upstream: 'failed' },
  EXCEPTION: { word: 'unresolved', upstream: 'unresolved' },
  'output-missing': { word: 'unresolved', upstream: 'unresolved' },
  'output-truncated': { word: 'unresolved', upstream: 'unresolved' },
  'sanitizer-failed': { word: 'unresolved', upstream: 'unresolved' },
  'output-unchecked': { word: 'unresolved', upstream: 'failed' },
  'output-whitespace': { word: 'minor', upstream: 'failed' },
  'output-different': { word: 'minor', upstream: 'failed' },
  // The same, where the differing lines tell of other SAs, tunnels or reachability.
  'facts-different': { word: 'major', upstream: 'failed' },
  // strongSwan's suite: a search in a command's output that must find something, or must not.
  'check-tunnel': { word: 'major', upstream: 'failed' },
  'check-text': { word: 'minor', upstream: 'failed' },
  'check-unreadable': { word: 'unresolved', upstream: 'unresolved' },
  // Ours: libreswan's machines have no word for these and run into its time limit.
  flood: { word: 'timeout', upstream: 'failed' },
  'shell-exit': { word: 'unresolved', upstream: 'unresolved' },
  livelock: { word: 'livelock', upstream: 'failed' },
  panic: { word: 'crash', upstream: 'failed' },
  'out-of-memory': { word: 'unresolved', upstream: 'unresolved' },
  'boot-failed': { word: 'unresolved', upstream: 'unresolved' },
  'lab-died': { word: 'unresolved', upstream: 'unresolved' },
  cancelled: { word: 'unresolved', upstream: 'unresolved' },
  // libreswan's driver gives up on bytes that are no UTF-8.
  'output-undecodable': { word: 'minor', upstream: 'unresolved' },
  // What the oracles of src/verdict/facts find; libreswan looks for none of it.
  cleartext: { word: 'leak', upstream: 'passed' },
  'not-encrypted': { word: 'leak', upstream: 'passed' },
  // Ours: SAs and policies against a scenario's reviewed `facts.json`.
  'golden-facts': { word: 'major', upstream: 'passed' },
  'half-open': { word: 'major', upstream: 'passed' },
  'inner-selector': { word: 'major', upstream: 'passed' },
  'not-verified': { word: 'major', upstream: 'passed' },
  'replay-accepted': { word: 'major', upstream: 'passed' },
  'sa-disagreement': { word: 'major', upstream: 'passed' },
  'unknown-sa': { word: 'major', upstream: 'passed' },
  'table-discrepancy': { word: 'major', upstream: 'passed' },
  // What a scenario's own checks found, and a scenario that could not go on.
  'check-sas': { word: 'major', upstream: 'failed' },
  'check-reach': { word: 'major', upstream: 'failed' },
  'check-log': { word: 'major', upstream: 'failed' },
  'check-clear': { word: 'major', upstream: 'failed' },
  'check-leak': { word: 'leak', upstream: 'failed' },
  'check-transcript': { word: 'minor', upstream: 'failed' },
  'scenario-fault': { word: 'unresolved', upstream: 'unresolved' },
  // Files that judging reads.
  'capture-damage': { word: 'unresolved', upstream: 'unresolved' },
  'record-damage': { word: 'unresolved', upstream: 'unresolved' },
  'unreadable-file': { word: 'unresolved', upstream: 'unresolved' },
};

/** libreswan's resolution of an attempt with these kinds of issue: unresolved sticks over failed. */
export function upstreamOf(kinds: readonly string[]): UpstreamWord {
  const words = kinds.map((kind) => issueKinds[kind]?.upstream ?? 'unresolved');
  if (words.includes('unresolved')) return 'unresolved';
  return words.includes('failed') ? 'failed' : 'passed';
}
