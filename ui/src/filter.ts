import { compare } from '../../src/base/text.ts';
import type { TestRow } from '../../src/report/page/data.ts';

/** What the list of tests is narrowed to; empty: everything. */
export interface Filter {
  /** Words, joined by commas. */
  readonly word: string;
  /** Of issues. */
  readonly category: string;
  readonly suite: string;
  readonly hosts: string;
  /** Words that must all occur in name or reason. */
  readonly q: string;
  /** `changed`: against the baseline; `unexpected`: not as expected. */
  readonly only: string;
  readonly sort: string;
  /** Number of a cluster, from 0. */
  readonly cluster: string;
}

export const noFilter: Filter = {
  word: '',
  category: '',
  suite: '',
  hosts: '',
  q: '',
  only: '',
  sort: '',
  cluster: '',
};

/** Orders that a list can have, with their names for people. */
export const sorts = {
  '': 'weight',
  name: 'name',
  wall: 'wall time',
  virtual: 'virtual time',
  order: 'order of the run',
};

/** Text that a search looks through, made once for all rows. */
export function searchTexts(tests: readonly TestRow[]): string[] {
  return tests.map(({ suite, name, why = '', change = '' }) => `${suite}:${name} ${why} ${change}`.toLowerCase());
}

/** What filtering reads. `weights`: words, the weightiest first. */
export interface Searched {
  readonly tests: readonly TestRow[];
  readonly texts: readonly string[];
  readonly weights: readonly string[];
  readonly clusters: readonly { readonly tests: readonly number[] }[];
}

/** Indices of the tests to show, in order. */
export function select({ tests, texts, weights, clusters }: Searched, filter: Filter): number[] {
  const words = new Set(filter.word.split(',').filter(Boolean));
  const parts = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  const members = filter.cluster === '' ? undefined : new Set(clusters[Number(filter.cluster)]?.tests);
  const chosen: number[] = [];
  for (const [index, test] of tests.entries()) {
    if (words.size > 0 && !words.has(test.word)) continue;
    if (filter.category !== '' && !test.categories?.some((one) => one === filter.category)) continue;
    if (filter.suite !== '' && test.suite !== filter.suite) continue;
    if (filter.hosts !== '' && String(test.hosts) !== filter.hosts) continue;
    if (filter.only === 'changed' && test.change === undefined) continue;
    if (filter.only === 'unexpected' && test.expected) continue;
    if (members && !members.has(index)) continue;
    if (parts.every((part) => texts[index]?.includes(part))) chosen.push(index);
  }
  return sorted(chosen, { tests, weights }, filter.sort);
}

function sorted(indices: number[], { tests, weights }: Pick<Searched, 'tests' | 'weights'>, sort: string): number[] {
  const row = (index: number): TestRow => tests[index] as TestRow;
  const rank = new Map(weights.map((word, index) => [word, index]));
  const by: Readonly<Record<string, (a: TestRow, b: TestRow) => number>> = {
    '': (a, b) => Number(a.expected) - Number(b.expected) || (rank.get(a.word) ?? 0) - (rank.get(b.word) ?? 0),
    name: (a, b) => compare(a.name, b.name),
    wall: (a, b) => (b.wallMs ?? -1) - (a.wallMs ?? -1),
    virtual: (a, b) => (b.virtualMs ?? -1) - (a.virtualMs ?? -1),
  };
  const order = by[sort];
  return order === undefined ? indices : indices.sort((a, b) => order(row(a), row(b)) || a - b);
}
