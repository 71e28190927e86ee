import type { AttemptFile } from '../model/attempt.ts';
import { issueOf } from '../model/issue-kinds.ts';
import type { Issue, Verdict } from '../model/verdict.ts';
import { heaviest, verdictWords } from '../model/words.ts';
import type { FactFindings } from './oracles/judge-facts.ts';

/** What every judge is given of an attempt, beside what its format looks at. */
export interface LabFindings {
  readonly end: AttemptFile['end'];
  /** The command that was running at the end, if one was. */
  readonly command?: string;
  /** Trouble met before: damaged files, golden facts, a driver's exception. */
  readonly issues: readonly Issue[];
  /** What the oracles found. */
  readonly facts: FactFindings;
}

/** What a verdict follows from: all issues, in the order in which they were found, and what the oracles counted. */
export interface Findings {
  readonly issues: readonly Issue[];
  readonly facts: FactFindings;
  /** The word that the suite's own judge would use. */
  readonly upstream: (verdict: Pick<Verdict, 'word' | 'issues'>) => Verdict['upstream'];
}

/** A verdict's word is that of its heaviest issue; issues stand heaviest first, else as they were found. */
export function composeVerdict({ issues: found, facts, upstream }: Findings): Verdict {
  const issues = found.toSorted((a, b) => verdictWords.indexOf(a.word) - verdictWords.indexOf(b.word));
  const word = heaviest(issues.map((issue) => issue.word));
  return {
    version: 2,
    word,
    upstream: upstream({ word, issues }),
    issues,
    facts: facts.summary,
    adapted: [],
    passesOnlyAdapted: false,
  };
}

/** How a lab ended, where it did not come to its end in order. `command` was running then. */
export function endIssues({ end, command }: Pick<LabFindings, 'end' | 'command'>): Issue[] {
  if (end.word === 'completed') return [];
  const kind = end.word === 'timeout' ? 'TIMEOUT' : end.word;
  const message = end.detail ?? `the lab ended with ${end.word}`;
  return [issueOf(kind, { message, ...(end.host && { host: end.host }), ...(command !== undefined && { command }) })];
}
