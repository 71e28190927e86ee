import type { IssueKind } from './issue-kinds.ts';

/**
 * What kinds of issues have in common, as developers of daemons count them: `core` is a process that died, whoever noticed it.
 * Keys stand in JSON and JUnit, a space instead of the hyphen in texts. In the order in which they are shown.
 */
export const issueCategories = {
  assertion: 'an assertion of a daemon failed',
  expectation: 'an expectation of a daemon failed, and the daemon went on',
  core: 'a process died of a signal, or left a core file',
  'memory-error': 'the C library or a sanitizer reports damaged memory or undefined behaviour',
  'daemon-ended': 'a daemon ended by itself',
  kernel: 'the kernel reports a fault, or panicked',
  timeout: 'a command or a host did not come to an end',
  cleartext: 'packets or payloads were in clear',
  'differing-sa': 'SAs, policies or tunnels are missing, extra or different',
  'differing-packets': 'packets or reachability are not as expected',
  'failed-check': 'a check of a log, a file or another value failed',
  'differing-output': 'a console or transcript differs from its reference',
  'suspect-output': 'a log or console holds characters that do not print, or a printed null pointer',
  'memory-leak': 'memory was not freed',
  nondeterminism: 'attempts at one test do not agree',
  'test-files': "the test's own files allow no judgement",
  harness: 'Espalier, the lab or a stored file failed',
  other: 'its kind is not in the table: another version or a suite of its own names it',
} as const satisfies Readonly<Record<string, string>>;

export type IssueCategory = keyof typeof issueCategories;

/** The category of each kind; `undefined`: the verdict says all of it. */
export const categoryOfKind: Readonly<Record<IssueKind, IssueCategory | undefined>> = {
  ASSERTION: 'assertion',
  'assertion-failed': 'assertion',
  EXPECTATION: 'expectation',
  'expectation-failed': 'expectation',
  CORE: 'core',
  SEGFAULT: 'core',
  died: 'core',
  'memory-error': 'memory-error',
  'daemon-ended': 'daemon-ended',
  'daemon-fatal': 'daemon-ended',
  GPFAULT: 'kernel',
  KERNEL: 'kernel',
  'kernel-fault': 'kernel',
  panic: 'kernel',
  TIMEOUT: 'timeout',
  flood: 'timeout',
  livelock: 'timeout',
  cleartext: 'cleartext',
  'not-encrypted': 'cleartext',
  'check-leak': 'cleartext',
  'facts-different': 'differing-sa',
  'golden-facts': 'differing-sa',
  'half-open': 'differing-sa',
  'sa-disagreement': 'differing-sa',
  'table-discrepancy': 'differing-sa',
  'check-sas': 'differing-sa',
  'check-tunnel': 'differing-sa',
  'unknown-sa': 'differing-packets',
  'inner-selector': 'differing-packets',
  'not-verified': 'differing-packets',
  'replay-accepted': 'differing-packets',
  'check-reach': 'differing-packets',
  'no-traffic': 'differing-packets',
  'check-clear': 'differing-packets',
  'check-text': 'failed-check',
  'check-log': 'failed-check',
  'check-value': 'failed-check',
  'selftest-failed': 'failed-check',
  'check-custom': 'failed-check',
  'output-different': 'differing-output',
  'output-whitespace': 'differing-output',
  'output-undecodable': 'differing-output',
  'check-transcript': 'differing-output',
  PRINTF_NULL: 'suspect-output',
  iscntrl: 'suspect-output',
  LEAK: 'memory-leak',
  'memory-leak': 'memory-leak',
  'results-differ': 'nondeterminism',
  'transcripts-differ': 'nondeterminism',
  'captures-differ': 'nondeterminism',
  'depends-on-chance': 'nondeterminism',
  'output-unchecked': 'test-files',
  'check-unreadable': 'test-files',
  'scenario-fault': 'test-files',
  broken: 'test-files',
  'output-missing': 'harness',
  'output-truncated': 'harness',
  'sanitizer-failed': 'harness',
  EXCEPTION: 'harness',
  'shell-exit': 'harness',
  'out-of-memory': 'harness',
  'boot-failed': 'harness',
  'lab-died': 'harness',
  cancelled: 'harness',
  'evidence-lost': 'harness',
  'books-open': 'harness',
  'events-lost': 'harness',
  'capture-damage': 'harness',
  'record-damage': 'harness',
  'unreadable-file': 'harness',
  'no-lab': 'harness',
  'no-judgement': 'harness',
  unsupported: undefined,
  'kernel-lacks': undefined,
};

/** The category of a kind as a stored verdict names it. */
export function categoryOf(kind: string): IssueCategory | undefined {
  return Object.hasOwn(categoryOfKind, kind) ? categoryOfKind[kind as IssueKind] : 'other';
}

/** A category for people. */
export function categoryText(category: IssueCategory): string {
  return category.replaceAll('-', ' ').replace(/\bsa$/, 'SA');
}
