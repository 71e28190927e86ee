import type { Results, ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import { verdictWords } from '../../model/words.ts';
import { categoriesOf } from '../../results/categories.ts';
import { type ClusterData, dataVersion, type RunData, type TestRow, type WordCount } from './data.ts';
import { meaningOf } from './issues.ts';

/** What the run's data is made from. */
export interface RunSource extends Pick<RunData, 'beside' | 'home' | 'live'> {
  readonly results: Results;
  readonly facts: RunData['facts'];
  readonly baseline?: string | undefined;
  /** Name of the data file of a test, where it has one. */
  readonly pageOf: (result: ScenarioResult) => string | undefined;
}

/** The data of the run's own page. */
export function runData({ results, facts, baseline, pageOf, ...rest }: RunSource): RunData {
  const { beside, home, live } = rest;
  const indices = new Map(results.results.map((result, index) => [keyOf(result), index]));
  const clusters = (results.clusters ?? []).map(
    ({ lines, tests }): ClusterData => ({
      lines,
      tests: tests.flatMap((key) => indices.get(key) ?? []),
    }),
  );
  return {
    version: dataVersion,
    id: results.run,
    facts,
    words: wordCounts(results, live !== undefined),
    passedAdapted: results.passedAdapted,
    pending: results.pending.length,
    ...(baseline !== undefined && { baseline }),
    tests: results.results.map((result) => testRow(result, pageOf(result))),
    clusters,
    ...(beside && { beside }),
    ...(home !== undefined && { home }),
    ...(live && { live }),
  };
}

function wordCounts({ results }: Results, all: boolean): WordCount[] {
  return verdictWords.flatMap((word) => {
    const members = results.filter((result) => result.word === word);
    if (members.length === 0 && !all) return [];
    const expected = members.filter((result) => result.expected).length;
    return [{ word, meaning: meaningOf(word), count: members.length, expected }];
  });
}

/** What was seen first, and where; else what the lab's end says. */
function whyOf({ issues: [first], tolerated, word, attempts }: ScenarioResult): string | undefined {
  if (first === undefined) return word === 'passed' ? toleratedText(tolerated) : attempts.at(-1)?.end?.detail;
  const place = [first.host, first.command].filter((part) => part !== undefined && part !== '').join(', ');
  return place === '' ? first.message : `${first.message} (${place})`;
}

function toleratedText([first, ...more]: ScenarioResult['tolerated'] = []): string | undefined {
  if (first === undefined) return undefined;
  return `tolerated: ${first.message}${more.length > 0 ? `, and ${more.length} more` : ''}`;
}

/** A test as the list of a run shows it; `page` names its data file. */
export function testRow(result: ScenarioResult, page: string | undefined): TestRow {
  const last = result.attempts.at(-1);
  const why = whyOf(result);
  const categories = categoriesOf(result);
  return {
    suite: result.suite,
    name: result.name,
    word: result.word,
    expected: result.expected,
    ...(result.change && { change: result.change }),
    ...(result.word === 'passed' && result.passesOnlyAdapted && { adapted: true }),
    ...(categories.length > 0 && { categories }),
    hosts: result.hosts.length,
    ...(last?.time && {
      wallMs: Math.round(last.time.wallMs),
      virtualMs: Math.round(Number(last.time.virtualNs) / 1e6),
    }),
    ...(why !== undefined && { why: why.slice(0, 300) }),
    ...(page !== undefined && { page }),
  };
}
