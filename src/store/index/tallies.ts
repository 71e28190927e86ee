import type { SQLOutputValue } from 'node:sqlite';
import type { IssueCategory } from '../../model/issue-categories.ts';
import type { IndexedRun, TestedInputs } from '../../model/past-results.ts';
import type { VerdictWord } from '../../model/words.ts';
import { type CategoryCounts, countCategories } from '../../results/categories.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;

/** What a run has of one suite. Sums are over the last attempts of its tests, milliseconds. */
export interface SuiteTally {
  readonly run: IndexedRun;
  readonly suite: string;
  readonly words: ReadonlyMap<VerdictWord, number>;
  readonly passedAdapted: number;
  readonly categories: CategoryCounts;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly virtualMs: number;
  /** What its attempts were fed with, each set once. */
  readonly inputs: readonly TestedInputs[];
}

/** Rows that tallies are made from: one per run, suite, and what the name says. */
export interface TallyRows {
  readonly words: readonly Row[];
  readonly inputs: readonly Row[];
  /** Per set of categories. */
  readonly categories: readonly Row[];
}

/** The categories of a result's row. */
export function categoriesIn({ categories }: Row): IssueCategory[] {
  return String(categories).split(',').filter(Boolean) as IssueCategory[];
}

/** Draws rows together. */
export function talliesOf({ words, inputs, categories }: TallyRows, runOf: (row: Row) => IndexedRun): SuiteTally[] {
  const keyOf = (run: unknown, suite: unknown): string => JSON.stringify([run, suite]);
  const found = Map.groupBy(categories, ({ run, suite }) => keyOf(run, suite));
  const fed = Map.groupBy(inputs, ({ run, suite }) => keyOf(run, suite));
  const parsed = new Map<string, TestedInputs>();
  const parse = (json: string): TestedInputs => {
    const known = parsed.get(json) ?? (JSON.parse(json) as TestedInputs);
    parsed.set(json, known);
    return known;
  };
  return [...Map.groupBy(words, ({ id, suite }) => keyOf(id, suite))].map(([key, rows]) => {
    const sum = (name: string): number => rows.reduce((total, row) => total + Number(row[name]), 0);
    const [first] = rows as [Row, ...Row[]];
    return {
      run: runOf(first),
      suite: String(first.suite),
      words: new Map(rows.map(({ word, count }) => [word as VerdictWord, Number(count)])),
      passedAdapted: sum('adapted_count'),
      categories: countCategories(
        (found.get(key) ?? []).flatMap((row) => Array(Number(row.count)).fill(categoriesIn(row))),
      ),
      wallMs: sum('wall'),
      cpuMs: sum('cpu'),
      virtualMs: sum('virtual'),
      inputs: (fed.get(key) ?? []).map(({ json }) => parse(String(json))),
    };
  });
}
