import { secondsText } from '../../base/text.ts';
import { composeVerdict, endIssues, type LabFindings } from '../../judge/compose.ts';
import { firstDifference } from '../../judge/text/difference.ts';
import type { Check, FunctionFault, KernelLack, Matcher } from '../../model/checks.ts';
import { issueOf, type WeightedKind } from '../../model/issue-kinds.ts';
import type { Issue, Verdict } from '../../model/verdict.ts';
import { wordTable } from '../../model/words.ts';
import { isLeak } from './check-leaks.ts';
import { expectedText } from './expected-text.ts';

/** What is known of an attempt at a scenario that checks itself. */
export interface ScenarioEvidence extends LabFindings {
  readonly checks: readonly Check[];
  readonly fault?: FunctionFault;
  readonly lacks?: KernelLack;
  /** The end of what the command printed that did not end. */
  readonly said?: string;
  /** What of the scenario looks like a mistake, a line each. */
  readonly hints?: readonly string[];
}

/** Kinds of issue that a failed check is; cleartext where there should be none weighs more than the reverse. */
const kinds: Readonly<Record<Exclude<Matcher, 'value'>, WeightedKind>> = {
  toHaveIkeSas: 'check-sas',
  toHaveIpsecSas: 'check-sas',
  toHaveSa: 'check-sas',
  toHavePolicy: 'check-sas',
  toSeeXfrm: 'check-value',
  toReach: 'check-reach',
  toConnect: 'check-reach',
  toHavePathMtu: 'check-reach',
  toHaveSentInClear: 'check-clear',
  toHaveLogged: 'check-log',
  toHaveLoggedInOrder: 'check-log',
  toHaveXfrmCounter: 'check-value',
  toHaveInterfaceCounter: 'check-value',
  toHaveFile: 'check-value',
  toHaveRoute: 'check-value',
  toHaveAddress: 'check-value',
  toHaveDied: 'check-value',
  toRun: 'check-value',
  toMatchTranscript: 'check-transcript',
  traffic: 'no-traffic',
};

/** Judges an attempt by the scenario's own checks and by what the oracles found. */
export function judgeScenario(evidence: ScenarioEvidence): Verdict {
  const { checks, fault, lacks, facts, said } = evidence;
  const failed = [
    ...endIssues(evidence).map((issue) => explained(issue, said)),
    ...(fault === undefined ? [] : [faultIssue(fault)]),
    ...facts.issues,
    ...checks.filter(({ passed }) => !passed).map(checkIssue),
    ...(lacks === undefined ? [] : [lackIssue(lacks)]),
  ];
  return composeVerdict({
    issues: [...evidence.issues, ...hinted(failed, evidence.hints ?? [])],
    facts,
    upstream: ({ word }) => wordTable[word].upstream,
  });
}

function explained(issue: Issue, text: string | undefined): Issue {
  if (text === undefined || text === '') return issue;
  return { ...issue, excerpt: [...(issue.excerpt === undefined ? [] : [issue.excerpt]), text].join('\n') };
}

/** Kinds of issues that a mistake of the scenario's own network may be behind. */
const hintedKinds: ReadonlySet<string> = new Set(['TIMEOUT', 'check-sas', 'check-reach']);

/** The first issue that they may explain has the hints. */
function hinted(issues: readonly Issue[], hints: readonly string[]): Issue[] {
  const first = issues.find(({ kind }) => hintedKinds.has(kind));
  return issues.map((issue) =>
    issue === first ? explained(issue, hints.map((hint) => `hint: ${hint}`).join('\n')) : issue,
  );
}

function checkIssue(check: Check): Issue {
  const { matcher, host, expected, received, waited, origin, golden, because, word = 'major' } = check;
  const time = BigInt(waited) === 0n ? '' : ` after ${secondsText(Number(waited) / 1e6)}`;
  const place = { ...(host !== '' && { host }), file: origin.file, line: origin.line };
  const message = `expected ${expectedText(expected)}, received ${received}${time}`;
  if (matcher === 'value') return { kind: 'check-custom', word, ...place, message };
  return issueOf(isLeak(check) ? 'check-leak' : kinds[matcher], {
    ...place,
    message,
    ...(because !== undefined && { excerpt: because }),
    ...(golden?.expected !== undefined && { excerpt: firstDifference(golden.expected, golden.received).excerpt }),
  });
}

function faultIssue({ message, origin, host, command, output }: FunctionFault): Issue {
  return issueOf('scenario-fault', {
    ...(host !== undefined && { host }),
    ...(origin && { file: origin.file, line: origin.line }),
    ...(command !== undefined && { command }),
    message,
    ...(output !== undefined && { excerpt: output }),
  });
}

function lackIssue(lack: KernelLack): Issue {
  const { host, origin } = lack;
  return issueOf('kernel-lacks', { host, file: origin.file, line: origin.line, message: lackText(lack) });
}

/** What the kernel is too old for, with its own answer. */
export function lackText({ feature, since, release, answer }: KernelLack): string {
  const answered = answer === 'ignored' ? 'ignores it' : `refuses it (${answer})`;
  return `needs ${feature}, which Linux has since ${since}; this kernel, ${release}, ${answered}`;
}
