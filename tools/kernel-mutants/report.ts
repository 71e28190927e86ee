/** What became of the mutants, for people. */
import type { Tried } from './trial.ts';

/** A mutant that nobody can notice, or not in such labs, by its id. */
export interface Known {
  readonly id: string;
  readonly reason: string;
}

export interface Score {
  readonly counted: number;
  readonly found: number;
  readonly survivors: readonly Tried[];
}

const isCounted = ({ uncounted }: Tried): boolean => uncounted === undefined;

/** Counts what was built, without those that are known to change nothing. */
export function scoreOf(tried: readonly Tried[], known: readonly Known[]): Score {
  const ids = new Set(known.map(({ id }) => id));
  const counted = tried.filter((one) => isCounted(one) && !(one.red.length === 0 && ids.has(one.id)));
  const survivors = counted.filter(({ red }) => red.length === 0);
  return { counted: counted.length, found: counted.length - survivors.length, survivors };
}

const wordsOf = ({ red }: Tried): string => [...new Set(red.map(({ word }) => word))].join(', ');

/** In a line: which rows are red, or why none is. */
export function outcomeOf({ uncounted, red, rows, by }: Tried): string {
  if (uncounted !== undefined) return uncounted;
  if (red.length > 0) return red.map(({ name, word }) => `${word}: ${name}`).join('; ');
  return rows === 0 ? 'not reached' : `survives ${rows} rows that execute the ${by}`;
}

/** One mutant, as a line of a Markdown table. */
export function rowOf(tried: Tried): string {
  const { id, file, within, line, red } = tried;
  const place = id.startsWith(file) ? `${id.slice(file.length + 1)}` : `${id} (${within})`;
  const first = red[0] ? red[0].name + (red.length > 1 ? ` and ${red.length - 1} more` : '') : '';
  const what = red.length === 0 ? outcomeOf(tried) : wordsOf(tried);
  return `| ${place} | ${file}:${line} | ${what} | ${first} |`;
}

/** The table of one set, and its score. */
export function reportOf(title: string, tried: readonly Tried[], known: readonly Known[]): string[] {
  const { counted, found, survivors } = scoreOf(tried, known);
  const ids = new Set(known.map(({ id }) => id));
  const left = tried.filter((one) => !isCounted(one));
  const same = tried.filter((one) => isCounted(one) && one.red.length === 0 && ids.has(one.id));
  return [
    `## ${title}`,
    '',
    '| mutant | line | verdict | by |',
    '| --- | --- | --- | --- |',
    ...tried.filter(isCounted).map(rowOf),
    '',
    `${found} of ${counted} found. Not counted: ${left.length} that do not compile or change no object, ${same.length} known.`,
    ...survivors.map((one) => `${outcomeOf(one)}: ${one.id} (${one.file}:${one.line})`),
    '',
  ];
}
