import type { AttemptFile } from '../model/attempt.ts';
import { type IssueKind, issueOf } from '../model/issue-kinds.ts';
import type { Change, Results, ScenarioResult, SeedsOfWord } from '../model/results.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { keyOf } from '../model/scenario.ts';
import { type Issue, type ToleratedIssue, type Verdict, verdictOf } from '../model/verdict.ts';
import { heaviest, type VerdictWord, verdictWords, wordTable } from '../model/words.ts';
import { clusterDifferences } from './clusters.ts';
import { promisedSeed, type Repeat, repeatDifference } from './repeats.ts';
import { seedsText } from './seeds.ts';

/** A judged attempt, as read from its folder. */
export interface JudgedAttempt {
  readonly attempt: number;
  readonly verdict: Verdict;
  /** Absent where no lab was started. */
  readonly file?: AttemptFile;
}

/** Words of an earlier run by `suite:name`. */
export type Baseline = ReadonlyMap<string, VerdictWord>;

function isGood(word: VerdictWord): boolean {
  return wordTable[word].expected;
}

/**
 * The change against a baseline; a scenario the baseline does not know has none. What became `unsupported` does not pass: a rule
 * that takes a test out is told, also where it takes out one that passed.
 */
export function changeOf(word: VerdictWord, before: VerdictWord | undefined): Change | undefined {
  if (before === undefined || before === word) return undefined;
  if (word === 'passed') return 'newly passing';
  return !isGood(word) && isGood(before) ? 'newly failing' : 'changed';
}

/** The verdict that follows from a listing alone: no lab is started for the scenario. */
export function verdictOfEntry(entry: ScenarioEntry): Verdict | undefined {
  if (entry.broken !== undefined) return verdictOf(issueOf('broken', { message: entry.broken }));
  if (entry.unsupported !== undefined) return verdictOf(issueOf('unsupported', { message: entry.unsupported }));
  return undefined;
}

export interface ResultContext {
  readonly baseline?: Baseline | undefined;
  /** What an attempt recorded, by its number; `undefined`: it was pruned. */
  readonly repeatOf?: (attempt: number) => Repeat | undefined;
}

/**
 * Draws the attempts of a scenario together; the weightiest word counts. Two results for one seed are a result of their
 * own, `nondeterminism`; those of two seeds are told as `chance`.
 */
export function resultOf(
  entry: ScenarioEntry,
  attempts: readonly JudgedAttempt[],
  context: ResultContext = {},
): ScenarioResult | undefined {
  const verdict = verdictOfEntry(entry) ?? combine(attempts, context);
  if (verdict === undefined) return undefined;
  const chance = chanceOf(attempts);
  const tolerated = toleratedIn(attempts);
  const before = context.baseline?.get(keyOf(entry));
  const change = changeOf(verdict.word, before);
  return {
    suite: entry.suite,
    name: entry.name,
    status: entry.status,
    hosts: entry.hosts,
    word: verdict.word,
    upstream: verdict.upstream,
    expected: isGood(verdict.word) || before === verdict.word,
    ...(change && { change }),
    adapted: verdict.adapted,
    passesOnlyAdapted: verdict.passesOnlyAdapted,
    issues: chance === undefined ? verdict.issues : [chanceIssue(verdict.word, chance), ...verdict.issues],
    ...(tolerated.length > 0 && { tolerated }),
    ...(chance && { chance }),
    attempts: attempts.map(({ attempt, verdict: { word, facts }, file }) => ({
      attempt,
      word,
      ...(file?.inputs.seed !== undefined && { seed: file.inputs.seed }),
      ...(file && { end: file.end, time: file.time }),
      ...(file?.lacks && { lacks: file.lacks }),
      ...(facts?.blind && { blind: facts.blind }),
    })),
  };
}

function combine(attempts: readonly JudgedAttempt[], { repeatOf }: ResultContext): Verdict | undefined {
  const verdict = heaviestOf(attempts);
  if (verdict === undefined) return undefined;
  const contradictions = seedGroups(attempts).map(contradiction);
  const difference = repeatOf && repeatDifference(attempts, repeatOf);
  const issues = [...contradictions, difference].filter((issue) => issue !== undefined);
  return issues.length === 0 ? verdict : withFindings(verdict, issues);
}

function heaviestOf(attempts: readonly JudgedAttempt[]): Verdict | undefined {
  return attempts.toSorted((a, b) => rank(a.verdict.word) - rank(b.verdict.word))[0]?.verdict;
}

/** Attempts of each seed that must repeat; others are in no group. */
function seedGroups(attempts: readonly JudgedAttempt[]): JudgedAttempt[][] {
  const groups = Map.groupBy(attempts, ({ file }) => file && promisedSeed(file));
  groups.delete(undefined);
  return [...groups.values()];
}

/** What is wrong with attempts of one seed, if they have several words. */
function contradiction(attempts: readonly JudgedAttempt[]): Issue | undefined {
  if (new Set(attempts.map(({ verdict }) => verdict.word)).size < 2) return undefined;
  const course = attempts.map(({ attempt, verdict }) => `attempt ${attempt}: ${verdict.word}`).join(', ');
  return issueOf('results-differ', { message: `one seed, ${course}` });
}

/** What scenarios declare of their faults, of all attempts; several may show the same. */
function toleratedIn(attempts: readonly JudgedAttempt[]): readonly ToleratedIssue[] {
  const all = attempts.flatMap(({ verdict: { tolerated = [] } }) => tolerated);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Words by seed, where seeds do not agree. */
function chanceOf(attempts: readonly JudgedAttempt[]): readonly SeedsOfWord[] | undefined {
  const words = new Map<VerdictWord, string[]>();
  for (const group of seedGroups(attempts)) {
    const word = contradiction(group) === undefined ? heaviestOf(group)?.word : 'nondeterminism';
    const seed = group[0]?.file?.inputs.seed;
    if (word !== undefined && seed !== undefined) words.set(word, [...(words.get(word) ?? []), seed]);
  }
  if (words.size < 2) return undefined;
  return verdictWords.flatMap((word) => {
    const seeds = words.get(word);
    return seeds === undefined ? [] : [{ word, seeds }];
  });
}

function chanceIssue(word: VerdictWord, chance: readonly SeedsOfWord[]): Issue {
  const kind: IssueKind = 'depends-on-chance';
  return { kind, word, message: `depends on chance: ${seedsText(chance)}` };
}

/** What the attempts show together comes first; the verdict keeps its word where that weighs as much or more. */
function withFindings(verdict: Verdict, found: readonly Issue[]): Verdict {
  const issues = [...found, ...verdict.issues];
  const word = heaviest(found.map((issue) => issue.word));
  if (rank(verdict.word) <= rank(word)) return { ...verdict, issues };
  return { ...verdict, word, upstream: wordTable[word].upstream, issues };
}

function rank(word: VerdictWord): number {
  return verdictWords.indexOf(word);
}

/** Totals over results; `scenarios` is what the run was to do. */
export function summarize(
  run: string,
  scenarios: readonly ScenarioEntry[],
  results: readonly ScenarioResult[],
): Results {
  const byKey = new Map(results.map((result) => [keyOf(result), result]));
  const totals: Partial<Record<VerdictWord, number>> = {};
  for (const word of verdictWords) {
    const count = results.filter((result) => result.word === word).length;
    if (count > 0) totals[word] = count;
  }
  const pending = scenarios.filter((entry) => !byKey.has(keyOf(entry))).map(({ suite, name }) => ({ suite, name }));
  return {
    version: 1,
    run,
    complete: pending.length === 0,
    totals,
    passedAdapted: results.filter(({ word, passesOnlyAdapted }) => word === 'passed' && passesOnlyAdapted).length,
    results: scenarios.map((entry) => byKey.get(keyOf(entry))).filter((result) => result !== undefined),
    pending,
  };
}

/** What all results of a run are made from. */
export interface RunFindings {
  readonly results: readonly ScenarioResult[];
  /** Unified differences of the consoles of a scenario's last attempt. */
  readonly differencesOf: (result: ScenarioResult) => readonly string[];
}

/** Results of a whole run, with what the differences of their consoles have in common. */
export function resultsOf(
  run: string,
  scenarios: readonly ScenarioEntry[],
  { results, differencesOf }: RunFindings,
): Results {
  const summary = summarize(run, scenarios, results);
  const different = summary.results.filter(({ issues }) => issues.some(({ kind }) => kind.startsWith('output-')));
  const clusters = clusterDifferences(
    different.map((result) => ({ test: keyOf(result), hosts: result.hosts, diffs: differencesOf(result) })),
  );
  return clusters.length === 0 ? summary : { ...summary, clusters };
}
