import type { AttemptFile } from '../model/attempt.ts';
import { issueOf, meaningOfKind } from '../model/issue-kinds.ts';
import type { Issue, Verdict } from '../model/verdict.ts';
import { type VerdictWord, verdictWords } from '../model/words.ts';
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

/**
 * A verdict's word is that of its heaviest issue. Issues stand heaviest first, else as they were found; before all of them
 * stands what may have caused them.
 */
export function composeVerdict({ issues: found, facts, upstream }: Findings): Verdict {
  const weight = found.some(isGap) ? weightBesideGap : weightOf;
  const issues = found.toSorted((a, b) => weight(a) - weight(b));
  const word = issues[0]?.word ?? 'passed';
  const isForemost = ({ kind }: Issue): boolean => meaningOfKind(kind)?.foremost === true;
  return {
    version: 2,
    word,
    upstream: upstream({ word, issues }),
    issues: [...issues.filter(isForemost), ...issues.filter((issue) => !isForemost(issue))],
    facts: facts.summary,
    adapted: [],
    passesOnlyAdapted: false,
  };
}

function isGap({ kind }: Pick<Issue, 'kind'>): boolean {
  return meaningOfKind(kind)?.gap === true;
}

/** Less is heavier. */
function weightOf({ word }: Issue): number {
  return verdictWords.indexOf(word);
}

/** What beside a gap is still known: that something happened which is at least `major`. */
const known = verdictWords.slice(0, verdictWords.indexOf('major') + 1);
const unknown = verdictWords.slice(known.length);

/** Beside a gap, heaviest first: it takes nothing from what is known, nothing passes beside it, and nothing is known to be absent. */
const orderBesideGap: readonly (VerdictWord | 'gap' | 'absence')[] = [...known, 'gap', 'absence', ...unknown];

function weightBesideGap({ kind, word }: Issue): number {
  const fromAbsence = meaningOfKind(kind)?.fromAbsence === true && known.includes(word);
  return orderBesideGap.indexOf(isGap({ kind }) ? 'gap' : fromAbsence ? 'absence' : word);
}

/** How a lab ended, where it did not come to its end in order. `command` was running then. */
export function endIssues({ end, command }: Pick<LabFindings, 'end' | 'command'>): Issue[] {
  if (end.word === 'completed') return [];
  const kind = end.word === 'timeout' ? 'TIMEOUT' : end.word;
  const message = end.detail ?? `the lab ended with ${end.word}`;
  return [issueOf(kind, { message, ...(end.host && { host: end.host }), ...(command !== undefined && { command }) })];
}
