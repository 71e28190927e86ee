import type { ScenarioResult } from '../../model/results.ts';
import type { Issue } from '../../model/verdict.ts';
import type { VerdictWord } from '../../model/words.ts';
import { issueLines } from '../../report/terminal/summary.ts';

/** How a test went, as far as a search for a commit compares it: its word and the first thing that was seen. */
export interface Outcome {
  readonly word: VerdictWord;
  readonly issue?: Issue | undefined;
}

/** What two outcomes must share to be the same failure; `any`: nothing, every failure counts. */
export const sameBy = ['issue', 'word', 'any'] as const;
export type SameBy = (typeof sameBy)[number];

export function outcomeOf({ word, issues: [issue] }: ScenarioResult): Outcome {
  return { word, ...(issue !== undefined && { issue }) };
}

/** Words that say nothing about what was built. */
const silent: ReadonlySet<VerdictWord> = new Set<VerdictWord>(['unresolved', 'unsupported']);

/** Whether the outcome is a failure of what was tested. */
export function isFailure({ word }: Outcome): boolean {
  return word !== 'passed' && !silent.has(word);
}

/**
 * Whether two outcomes are one failure. Between commits numbers change (SPIs, bytes, lines of a file), and so does the text around
 * a difference: the kind of the issue, its place and the changed lines count, without numbers.
 */
export function isSame(one: Outcome, other: Outcome, by: SameBy): boolean {
  if (by === 'any') return isFailure(one) && isFailure(other);
  if (one.word !== other.word) return false;
  return by === 'word' || keyOf(one.issue) === keyOf(other.issue);
}

function keyOf(issue: Issue | undefined): string {
  if (issue === undefined) return '';
  const { kind, host, file, command, message, excerpt = '' } = issue;
  const changed = excerpt.split('\n').filter((line) => /^[-+]/.test(line));
  // Files of a daemon's source are named with their lines.
  return JSON.stringify([kind, host, file, command, ...[message, ...changed].map(withoutNumbers)]);
}

function withoutNumbers(text: string): string {
  return text.replace(/\b0x[0-9a-f]+\b|\b[0-9a-f]{8,}\b|\d+/gi, '#');
}

/** One line for people. */
export function outcomeText({ word, issue }: Outcome): string {
  return issue === undefined || word === 'passed' ? word : `${word}: ${issueLines(issue)[0]?.trim() ?? ''}`;
}

/** What is compared with. */
export interface Ends {
  readonly bad: Outcome;
  readonly good: Outcome;
  readonly by: SameBy;
}

/**
 * What a commit is by its outcome. `skip`: neither of the ends. A good end that does not pass itself (a changed word in a log, where
 * a tunnel is missing on the bad end) is what good commits look like.
 */
export function judgeOutcome(outcome: Outcome, { bad, good, by }: Ends): 'good' | 'bad' | 'skip' {
  if (isLikeGood(outcome, { good, by })) return 'good';
  return isSame(outcome, bad, by) ? 'bad' : 'skip';
}

/** Where every failure is the one that is followed, a good end that fails itself is told from it by its first issue. */
export function isLikeGood(outcome: Outcome, { good, by }: Omit<Ends, 'bad'>): boolean {
  return outcome.word === 'passed' || isSame(outcome, good, by === 'any' ? 'issue' : by);
}
