import type { Guest } from './guests.ts';

/** What the rules look at. */
export interface TestFacts {
  /** Names of all files in the test's folder. */
  readonly files: readonly string[];
  /** Everything that is typed, in order. */
  readonly lines: readonly string[];
  readonly guests: readonly Guest[];
}

/** Something a test needs that a lab does not have. The first rule that holds names the reason. */
export interface UnsupportedRule {
  readonly id: string;
  readonly reason: string;
  /** Holds when a host runs on one of these platforms. */
  readonly platforms?: readonly string[];
  /** Holds when a typed line matches, of those that a terminal takes. */
  readonly lines?: RegExp;
  /** Holds when a file's name matches. */
  readonly files?: RegExp;
  /** Holds when a typed line has more bytes than this. */
  readonly longest?: number;
}

/** Longest line that a terminal in line mode hands over, newline included: 4096 bytes. */
const terminalLine = 4095;

export const unsupportedRules: readonly UnsupportedRule[] = [
  { id: 'netbsd', reason: 'a host runs NetBSD', platforms: ['netbsd'] },
  { id: 'openbsd', reason: 'a host runs OpenBSD', platforms: ['openbsd'] },
  { id: 'freebsd', reason: 'a host runs FreeBSD', platforms: ['freebsd'] },
  { id: 'alpine', reason: 'a host runs Alpine Linux', platforms: ['alpine'] },
  {
    id: 'fips',
    reason: 'needs a kernel and NSS in FIPS mode',
    lines: /\bswan-prep\b.*\s--fips\b|\bfipson\b|\bfips\.sh on\b|\bmodutil\b.*-fips true/,
  },
  {
    id: 'selinux',
    reason: 'needs SELinux with its policy and labels',
    lines: /\bsemodule\b|\bruncon\b/,
    files: /\.te$/,
  },
  {
    id: 'audit',
    reason: 'needs the audit daemon and its log',
    // A line that tests for the tool first copes with its absence.
    lines: /^(?!if \[ -f ).*\bausearch\b|\bauditctl\b|\baudit\/audit\.log\b/,
  },
  {
    id: 'ocspd',
    reason: 'needs OpenCA’s ocspd, which Debian does not carry',
    lines: /\bocspd\b/,
  },
  { id: 'ansible', reason: 'runs Ansible against the hosts', lines: /\bansible\b/ },
  {
    id: 'systemd',
    reason: 'needs systemd’s journal or its network daemon',
    lines: /^journalctl\b|\bnetworkctl\b|\/systemd\/network\b/,
  },
  {
    id: 'crypto-policies',
    reason: 'needs the system-wide crypto policies of another distribution',
    lines: /\bupdate-crypto-policies\b|\/share\/crypto-policies\//,
  },
  {
    id: 'compiler',
    reason: 'compiles a PAM module on a host',
    lines: /^gcc\b/,
  },
  { id: 'iked', reason: 'a peer is OpenIKED', files: /\.iked\.conf$/ },
  { id: 'racoon', reason: 'a peer is racoon', files: /\.racoon\.conf$/ },
  { id: 'docker', reason: 'runs containers inside a host', lines: /^docker\s/ },
  {
    id: 'long-line',
    reason: `a line is longer than the ${terminalLine} bytes a terminal takes`,
    longest: terminalLine,
  },
];

/** The first rule that holds for a test. */
export function unsupportedBy(facts: TestFacts, rules = unsupportedRules): UnsupportedRule | undefined {
  return rules.find((rule) => holds(rule, facts));
}

function holds(rule: UnsupportedRule, { files, lines, guests }: TestFacts): boolean {
  const { longest } = rule;
  return (
    guests.some((guest) => guest.platform !== undefined && rule.platforms?.includes(guest.platform)) ||
    lines.some((line) => line.length <= terminalLine && rule.lines?.test(line)) ||
    files.some((name) => rule.files?.test(name)) ||
    (longest !== undefined && lines.some((line) => line.length > longest / 4 && bytes(line) > longest))
  );
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
