import { secondsText, table } from '../../base/text.ts';
import { visibleLine } from '../../base/visible.ts';
import { categoryText } from '../../model/issue-categories.ts';
import type { IndexedRun } from '../../model/past-results.ts';
import { keyOf } from '../../model/scenario.ts';
import { type VerdictWord, verdictWords, wordTable } from '../../model/words.ts';
import { type CategoryCounts, countCategories } from '../../results/categories.ts';
import type { HistoryPoint, TestHistory } from '../../results/history.ts';
import { costParts } from '../cost-text.ts';
import type { TextStyle } from '../reporter.ts';
import { categoryLines } from './several-text.ts';
import { coloured } from './terminal.ts';

function seconds(ms: number | undefined): string {
  return ms === undefined ? '' : secondsText(ms);
}

/** Milliseconds of virtual nanoseconds. */
function virtualMs(ns: string | undefined): number | undefined {
  return ns === undefined ? undefined : Number(ns) / 1e6;
}

/** The history of one test: what it is like, then a line per run with what was new in its world. */
export function historyText(history: TestHistory, style: TextStyle): string {
  const head = [visibleLine(`${keyOf(history)}: ${stateText(history)}`), ''];
  const rows = history.points.map((point) => [
    point.run.id,
    wordText(point),
    point.change ?? '',
    seconds(virtualMs(point.virtualNs)),
    seconds(point.wallMs),
    point.seed === undefined ? '' : `seed ${point.seed}`,
    point.categories.map(categoryText).join(', '),
  ]);
  const [titles = '', ...lines] = table([['run', 'word', 'change', 'virtual', 'wall', '', 'issues'], ...rows]);
  const body = lines.flatMap((line, at) => {
    const point = history.points[at];
    if (point === undefined) return [];
    const text = wordText(point);
    return [
      ...point.world.map(({ what, before, now }) => visibleLine(`  ${what}: ${before} -> ${now}`)),
      line.replace(`  ${text}`, () => `  ${coloured(point.word, text, style)}`),
    ];
  });
  return `${[...head, titles, ...body, ...costLines(history.points)].join('\n')}\n`;
}

function milliseconds(ms: number | undefined): string {
  return ms === undefined ? '' : `${Math.round(ms)} ms`;
}

/** Where the CPU time of each run went; nothing where no run says so. */
function costLines(points: readonly HistoryPoint[]): string[] {
  const known = points.filter(({ cost }) => cost !== undefined);
  if (known.length === 0) return [];
  const parts = Object.entries(costParts).filter(([, key]) => known.some(({ cost }) => cost?.[key]));
  const rows = known.map(({ run, cpuMs, cost }) => [
    run.id,
    milliseconds(cpuMs),
    ...parts.map(([, key]) => milliseconds(cost?.[key])),
  ]);
  return ['', ...table([['run', 'lab CPU', ...parts.map(([name]) => name)], ...rows])];
}

function wordText({ word, adapted }: HistoryPoint): string {
  return word === 'passed' && adapted ? 'passed, adapted' : word;
}

function stateText({ points, flips, firstBad, lastGood }: TestHistory): string {
  const last = points.at(-1)?.word ?? 'never run';
  const since = firstBad === undefined ? '' : `, not passing since ${firstBad}`;
  const good = lastGood === undefined ? '' : ` (passed last in ${lastGood})`;
  return `${last}${since}${good}; ${count(flips, 'flip')} in ${count(points.length, 'run')}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** The data of a suite's history. */
export interface SuiteHistory {
  readonly suite: string;
  /** Runs that had tests of it, oldest first. */
  readonly runs: readonly IndexedRun[];
  readonly tests: readonly TestHistory[];
}

/** Runs with their totals, then each test that flipped with a letter per run. */
export function suiteHistoryText({ suite, runs, tests }: SuiteHistory, style: TextStyle): string {
  const flipped = tests.filter(({ flips }) => flips > 0).sort((a, b) => b.flips - a.flips);
  const words = verdictWords.filter((word) => tests.some(({ points }) => points.some((one) => one.word === word)));
  const lines = table([['run', ...words, ''], ...runs.map((run) => runRow(run, words, tests))]);
  const categories = categoryLines(runs.map((run) => ({ id: run.id, categories: categoriesIn(run, tests) })));
  const head = visibleLine(
    `${suite}: ${count(runs.length, 'run')}, ${flipped.length} of ${tests.length} tests flipped`,
  );
  const strips = flipped.map((test) => {
    const since = test.firstBad === undefined ? '' : `  not passing since ${test.firstBad}`;
    return `${strip(test, runs, style)}  ${visibleLine(`${test.name}  ${count(test.flips, 'flip')}${since}`)}`;
  });
  const legend = words.map((word) => `${wordTable[word].letter} ${word}`).join(', ');
  return `${[head, '', ...lines, ...categories, ...(strips.length > 0 ? ['', ...strips, '', legend] : [])].join('\n')}\n`;
}

function categoriesIn(run: IndexedRun, tests: readonly TestHistory[]): CategoryCounts {
  const of = tests.flatMap(({ points }) => points.filter((point) => point.run.id === run.id));
  return countCategories(of.map(({ categories }) => categories));
}

function runRow(run: IndexedRun, words: readonly VerdictWord[], tests: readonly TestHistory[]): string[] {
  const of = tests.flatMap(({ points }) => points.filter((point) => point.run.id === run.id));
  const counts = words.map((word) => String(of.filter((one) => one.word === word).length || ''));
  return [run.id, ...counts, run.complete ? '' : 'not complete'];
}

/** A letter per run; a space where the run did not have the test. */
function strip({ points }: TestHistory, runs: readonly IndexedRun[], style: TextStyle): string {
  const words = new Map(points.map(({ run, word }) => [run.id, word]));
  return runs
    .map(({ id }) => words.get(id))
    .map((word) => (word === undefined ? ' ' : coloured(word, wordTable[word].letter, style)))
    .join('');
}
