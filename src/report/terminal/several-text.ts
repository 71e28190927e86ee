import { table } from '../../base/text.ts';
import { visibleLine } from '../../base/visible.ts';
import { categoryText, type IssueCategory, issueCategories } from '../../model/issue-categories.ts';
import { type VerdictWord, verdictWords, wordTable } from '../../model/words.ts';
import type { CategoryCounts } from '../../results/categories.ts';
import type { SeveralRuns, TestInRuns } from '../../results/several.ts';
import type { TextStyle } from '../reporter.ts';
import { coloured } from './terminal.ts';

/** A run with counts of its tests. */
export interface CountedRun {
  readonly id: string;
  readonly categories: CategoryCounts;
}

/** A line per run with how many of its tests have issues of each category; nothing where none has. */
export function categoryLines(runs: readonly CountedRun[]): string[] {
  const occur = new Set(runs.flatMap(({ categories }) => categories.map(([category]) => category)));
  const shown = (Object.keys(issueCategories) as IssueCategory[]).filter((category) => occur.has(category));
  if (shown.length === 0) return [];
  const rows = runs.map(({ id, categories }) => {
    const counts = new Map(categories);
    return [id, ...shown.map((category) => String(counts.get(category) ?? ''))];
  });
  return ['', ...table([['tests by their issues', ...shown.map(categoryText)], ...rows]).map(visibleLine)];
}

/** Several runs side by side, for people: totals of each, then a letter per run of each test that has different words. */
export function severalText({ runs, common, tests }: SeveralRuns, style: TextStyle): string {
  const words = verdictWords.filter((word) => runs.some((run) => run.words.some(([one]) => one === word)));
  const rows = runs.map((run) => {
    const counts = new Map(run.words);
    return [run.run, ...words.map((word) => countText(counts.get(word), word === 'passed' ? run.passedAdapted : 0))];
  });
  const lines = [
    `${runs.length} runs: ${common} tests in all of them, ${tests.length} with different verdicts`,
    '',
    ...table([['run', ...words], ...rows]).map(visibleLine),
    ...categoryLines(runs.map(({ run, categories }) => ({ id: run, categories }))),
  ];
  if (tests.length > 0) lines.push('', ...tests.map((test) => testLine(test, style)), '', legend(tests));
  return `${lines.join('\n')}\n`;
}

function countText(count: number | undefined, adapted: number): string {
  if (count === undefined) return '';
  return adapted > 0 ? `${count} (${adapted} adapted)` : String(count);
}

/** A letter per run; a space where the run does not have the test. */
function testLine({ test, words }: TestInRuns, style: TextStyle): string {
  const letters = words.map((word) => (word === null ? ' ' : coloured(word, wordTable[word].letter, style)));
  return `${letters.join('')}  ${visibleLine(test)}`;
}

function legend(tests: readonly TestInRuns[]): string {
  const occur = new Set(tests.flatMap(({ words }) => words));
  const isThere = (word: VerdictWord): boolean => occur.has(word);
  return verdictWords
    .filter(isThere)
    .map((word) => `${wordTable[word].letter} ${word}`)
    .join(', ');
}
