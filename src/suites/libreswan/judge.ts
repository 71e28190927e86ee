import { latin1, utf8OfLatin1 } from '../../base/bytes.ts';
import type { ConsoleFact } from '../../evidence/text/facts.ts';
import { composeVerdict, endIssues, type LabFindings } from '../../judge/compose.ts';
import type { ComparedText } from '../../judge/text/adapted-text.ts';
import { compareFacts } from '../../judge/text/compare-facts.ts';
import { firstDifference, sameButWhitespace } from '../../judge/text/difference.ts';
import { readConsoleFacts } from '../../judge/text/read-facts.ts';
import { issueOf, upstreamOf } from '../../model/issue-kinds.ts';
import type { Issue, Verdict } from '../../model/verdict.ts';
import { withoutIgnoredChecks } from './ignored-checks.ts';
import { type Source, signs } from './signs.ts';

const newline = 0x0a;

/** What is known about one console. */
export interface ConsoleEvidence {
  readonly host: string;
  /** Name of the reference in the suite. */
  readonly file: string;
  /** What the suite's own driver would have saved; `undefined`: nothing. */
  readonly raw?: Uint8Array;
  /** What its sanitizers made of it, or why they made nothing. */
  readonly sanitized?: SanitizedConsole | { readonly problem: string };
}

export interface SanitizedConsole {
  readonly bytes: Uint8Array;
  /** Beside its reference; `undefined`: the suite has none. */
  readonly compared?: ComparedText;
}

export interface AttemptEvidence extends LabFindings {
  /** The consoles go as far as the suite's own driver would have gone. */
  readonly complete: boolean;
  readonly consoles: readonly ConsoleEvidence[];
  readonly plutoLogs: readonly { readonly host: string; readonly file: string; readonly bytes: Uint8Array }[];
}

/**
 * Judges consoles against references as libreswan does, with the evidence of each finding. A console
 * that differs is looked at once more with the rewrites of received text applied. Whether a difference is minor
 * (words) or major (SAs, tunnels, reachability) follows from the facts that both texts tell; what the oracles found
 * in records and captures comes beside.
 */
export function judgeConsoles(evidence: AttemptEvidence): Verdict {
  const findings = evidence.consoles.map((console) => judgeConsole(console, evidence.complete));
  const message = 'the suite has no console for this test';
  const none = findings.length === 0 ? [issueOf('output-unchecked', { message })] : [];
  const logs = evidence.plutoLogs.flatMap(({ host, file, bytes }) => signsIn('pluto-log', bytes, { host, file }));
  const verdict = composeVerdict({
    issues: [
      ...evidence.issues,
      ...endIssues(evidence),
      ...logs,
      ...evidence.facts.issues,
      ...none,
      ...findings.flatMap((one) => one.issues),
    ],
    facts: evidence.facts,
    upstream: ({ issues }) => upstreamOf(issues.map((issue) => issue.kind)),
  });
  return {
    ...verdict,
    adapted: [...new Set(findings.flatMap((one) => one.adapted))].sort(),
    passesOnlyAdapted: verdict.word === 'passed' && findings.some((one) => one.onlyAdapted),
  };
}

interface ConsoleFinding {
  readonly issues: readonly Issue[];
  readonly adapted: readonly string[];
  readonly onlyAdapted: boolean;
}

function judgeConsole({ host, file, raw, sanitized }: ConsoleEvidence, complete: boolean): ConsoleFinding {
  const none = { adapted: [], onlyAdapted: false };
  if (raw === undefined || sanitized === undefined) {
    const message = 'nothing of this console was saved';
    return { ...none, issues: [issueOf('output-missing', { host, message })] };
  }
  const issues = signsIn('raw', raw, { host, file: `${host}.console.verbose.txt` });
  if (!complete) {
    const message = 'the console ends before the test does';
    issues.push(issueOf('output-truncated', { host, message }));
  }
  if ('problem' in sanitized) {
    return { ...none, issues: [...issues, issueOf('sanitizer-failed', { host, file, message: sanitized.problem })] };
  }
  const { bytes, compared } = sanitized;
  issues.push(...signsIn('sanitized', bytes, { host, file }));
  if (compared === undefined) {
    const message = 'the suite has no reference for this console';
    return { ...none, issues: unique([...issues, issueOf('output-unchecked', { host, file, message })]) };
  }
  const different = compared.differs && complete ? differences({ host, file }, compared) : [];
  return { ...compared, issues: unique([...issues, ...different]) };
}

/** What is other than the reference: the text, and where its lines tell other facts, those. */
function differences({ host, file }: Place, { expected, best: received, telling }: ComparedText): Issue[] {
  const kind = sameButWhitespace(expected, received) ? 'output-whitespace' : 'output-different';
  const { line, command, excerpt } = firstDifference(expected, received);
  const message = kind === 'output-whitespace' ? 'differs from its reference in blanks' : 'differs from its reference';
  const place = { host, file, line, ...(command !== undefined && { command: utf8OfLatin1(command) }) };
  return [
    issueOf(kind, { ...place, message, excerpt: utf8OfLatin1(excerpt) }),
    ...factIssues({ host, file }, expected, telling),
  ];
}

interface Place {
  readonly host: string;
  readonly file: string;
}

function factIssues(place: Place, expected: string, received: string): Issue[] {
  const found = compareFacts(factsOf(expected), factsOf(received));
  return found
    .filter(({ weight }) => weight === 'major')
    .map(({ kind, command, line, fields, reason, ...sides }) => {
      const which = fields.length > 0 ? ` (${fields.join(', ')})` : '';
      const message = `${(sides.expected ?? sides.received)?.kind} ${kind}${which}: ${reason}`;
      const excerpt = [factText('-', sides.expected), factText('+', sides.received)].filter(Boolean).join('\n');
      return issueOf('facts-different', {
        ...place,
        line,
        command: utf8OfLatin1(command),
        message,
        excerpt: utf8OfLatin1(excerpt),
      });
    });
}

function factsOf(console: string): ConsoleFact[] {
  return readConsoleFacts(withoutIgnoredChecks(console));
}

/** `-traffic connection=named protocol=ESP inBytes=0` */
function factText(sign: string, fact: ConsoleFact | undefined): string {
  if (fact === undefined) return '';
  const { command: _command, line: _line, kind, ...fields } = fact;
  const shown = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return `${sign}${[kind, ...shown].join(' ')}`;
}

function signsIn(source: Source, bytes: Uint8Array, place: Place): Issue[] {
  return signs.flatMap((sign): Issue[] => {
    const at = sign.sources.includes(source) ? sign.find(bytes) : -1;
    if (at < 0) return [];
    const { line, text } = lineAt(bytes, at);
    return [issueOf(sign.kind, { ...place, line, message: sign.message, excerpt: text })];
  });
}

/** Bytes of a line that are shown. */
const lineShown = 300;

/** The line around a byte and its number, from 1. */
function lineAt(bytes: Uint8Array, at: number): { readonly line: number; readonly text: string } {
  const before = latin1(bytes.subarray(0, at));
  const rest = bytes.indexOf(newline, at);
  const line = latin1(bytes.subarray(before.lastIndexOf('\n') + 1, rest < 0 ? undefined : rest));
  const shown = line.length > lineShown ? `${line.slice(0, lineShown)}…` : line;
  return { line: before.split('\n').length, text: utf8OfLatin1(shown) };
}

/** One issue of a kind per host and file is enough. */
function unique(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>();
  return issues.filter(({ kind, host }) => {
    const key = `${kind}\0${host}`;
    return !seen.has(key) && seen.add(key);
  });
}
