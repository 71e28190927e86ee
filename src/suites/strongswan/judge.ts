import { utf8OfLatin1 } from '../../base/bytes.ts';
import { faultOf } from '../../daemons/table.ts';
import { signedLines } from '../../evidence/text/line-signs.ts';
import { composeVerdict, endIssues, type LabFindings } from '../../judge/compose.ts';
import { issueOf, upstreamOf } from '../../model/issue-kinds.ts';
import type { Issue, Verdict } from '../../model/verdict.ts';
import type { Check } from './check.ts';

/** A check of strongSwan's suite and what came of it. Texts are Latin-1, one character per byte. */
export interface CheckEvidence extends Check {
  readonly host: string;
  readonly command: string;
  readonly file: string;
  /** 0: what the suite's driver looks at after every test. */
  readonly line: number;
  /** `undefined`: the command never ended. */
  readonly output: string | undefined;
  readonly errors: string;
  readonly found: { readonly lines: readonly string[] } | { readonly problem: string };
}

export interface CheckedAttempt extends LabFindings {
  readonly checks: readonly CheckEvidence[];
  readonly logs: readonly { readonly host: string; readonly file: string; readonly text: string }[];
}

/** Judges an attempt by the suite's own checks; what the oracles found in records and captures comes beside. */
export function judgeEvaltest(attempt: CheckedAttempt): Verdict {
  return composeVerdict({
    issues: [
      ...attempt.issues,
      ...endIssues(attempt),
      ...attempt.logs.flatMap(crashes),
      ...attempt.facts.issues.filter(besideUserSpace(attempt)),
      ...(attempt.end.word === 'completed' ? unreached(attempt.checks) : []),
      ...attempt.checks.flatMap((check) => failure(check) ?? []),
    ],
    facts: attempt.facts,
    upstream: ({ issues }) => upstreamOf(issues.map(({ kind }) => kind)),
  });
}

/** What charon logs when its SAs live in itself (libipsec) and not in the kernel. */
const ipsecInUserSpace = /\bloaded plugins:.*\bkernel-libipsec\b/;

/** The kernel does not know the SAs of such a host, so nothing is known about a packet without an SA. */
function besideUserSpace({ logs }: CheckedAttempt): (issue: Issue) => boolean {
  const hosts = new Set(logs.filter(({ text }) => ipsecInUserSpace.test(text)).map(({ host }) => host));
  return ({ kind, host }) => kind !== 'unknown-sa' || host === undefined || !hosts.has(host);
}

/** Does the check hold by the rules of the suite's driver? They count one line where no line matches. */
export function holds({ hit }: Pick<CheckEvidence, 'hit'>, lines: readonly string[]): boolean {
  if (hit === 'never') return true;
  if (hit === 'YES') return lines.length > 0;
  return hit === 'NO' ? lines.length === 0 : Math.max(1, counted(lines)) === hit;
}

/** A shell forgets newlines at the end of what it took from a command. */
function counted(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line !== '') + 1;
}

/** Commands of checks without an end in a lab that came to its own: what they would have shown is not known. */
function unreached(checks: readonly CheckEvidence[]): Issue[] {
  const message = 'the records hold no end of this command, so its checks are undecided';
  const steps = new Map(checks.filter(({ output }) => output === undefined).map((check) => [check.step, check]));
  return [...steps.values()].map(({ host, command, file, line }) =>
    issueOf('output-truncated', { host, command, file, ...(line > 0 && { line }), message }),
  );
}

function failure(check: CheckEvidence): Issue | undefined {
  const { host, command, file, line, weight, found, output } = check;
  // The end of the lab, or `unreached`, has an issue of its own.
  if (output === undefined || check.hit === 'never') return undefined;
  const place = { host, command, file, ...(line > 0 && { line }) };
  if ('problem' in found) return issueOf('check-unreadable', { ...place, message: found.problem });
  if (holds(check, found.lines)) return undefined;
  const kind = weight === 'major' ? 'check-tunnel' : 'check-text';
  return issueOf(kind, { ...place, message: messageOf(check, found.lines), excerpt: excerptOf(check, found.lines) });
}

function messageOf({ hit, pattern }: CheckEvidence, lines: readonly string[]): string {
  const wanted = utf8OfLatin1(pattern);
  if (hit === 'YES') return `nothing matches ${wanted}`;
  if (hit === 'NO') return `this must not match, and does: ${wanted}`;
  return `${hit} lines must match, and ${lines.length} do: ${wanted}`;
}

const linesShown = 12;
const lineLength = 600;

/** What was received: the lines that matched, else the last ones of the output. */
function excerptOf({ output = '', errors }: CheckEvidence, lines: readonly string[]): string {
  const received = lines.length > 0 ? lines.slice(0, linesShown) : output.trimEnd().split('\n').slice(-linesShown);
  const said = errors.trimEnd().split('\n').slice(-3).filter(Boolean);
  const shown = [...received.filter(Boolean), ...said.map((line) => `stderr: ${line}`)];
  return shown.length === 0
    ? 'no output'
    : shown.map((line) => `+${utf8OfLatin1(line).slice(0, lineLength)}`).join('\n');
}

const crashed = faultOf('strongswan', 'daemon-fatal');

/** The suite's name for what its daemons log when they catch a signal of their own making. */
function crashes({ host, file, text }: CheckedAttempt['logs'][number]): Issue[] {
  const [first] = signedLines(Buffer.from(text, 'latin1'), crashed);
  if (first === undefined) return [];
  const { message } = crashed;
  return [issueOf('SEGFAULT', { host, file, line: first.line, message, excerpt: first.text })];
}
