import { secondsText, table } from '../../base/text.ts';
import { visibleLine } from '../../base/visible.ts';
import type { RunComparison } from '../../results/compare.ts';
import type { TextStyle } from '../reporter.ts';
import { categoryLines } from './several-text.ts';
import { coloured } from './terminal.ts';

/** Tests of one run alone are counted from here on. */
const namesShown = 10;

/** A comparison of two runs for people, with the categories of their issues. */
export function pairText(comparison: RunComparison, style: TextStyle): string {
  const { before, now, categories } = comparison;
  const runs = [
    { id: before, categories: categories.before },
    { id: now, categories: categories.now },
  ];
  const counted = categoryLines(runs).map((line) => `${line}\n`);
  return `${comparisonText(comparison, style)}${counted.join('')}`;
}

/** What is otherwise in a run than in another. */
export function comparisonText(comparison: RunComparison, style: TextStyle): string {
  const { before, now, common, changes, slower, onlyBefore, onlyNow } = comparison;
  const lines = [`${now} against ${before}: ${common} tests in both`];
  for (const [change, tests] of Object.entries(changes)) {
    if (tests.length === 0) continue;
    const rows = table(
      tests.map((one) => [`  ${one.before} -> ${one.now}`, one.test, one.now === 'passed' ? '' : (one.why ?? '')]),
    );
    lines.push('', `${change}: ${tests.length}`, ...rows.map((row, at) => paint(row, tests[at], style)));
  }
  if (slower.length > 0) {
    const rows = slower.map(({ test, beforeMs, nowMs }) => [
      `  ${(nowMs / beforeMs).toFixed(1)} times`,
      `${secondsText(beforeMs)} -> ${secondsText(nowMs)}`,
      test,
    ]);
    lines.push('', `slower: ${slower.length}`, ...table(rows).map(visibleLine));
  }
  lines.push(...onlyText(`only in ${before}`, onlyBefore), ...onlyText(`only in ${now}`, onlyNow));
  if (lines.length === 1) lines.push('no difference');
  return `${lines.join('\n')}\n`;
}

function paint(
  row: string,
  test: { readonly now: Parameters<typeof coloured>[0] } | undefined,
  style: TextStyle,
): string {
  const safe = visibleLine(row);
  return test === undefined ? safe : safe.replace(`-> ${test.now}`, (text) => coloured(test.now, text, style));
}

function onlyText(title: string, tests: readonly string[]): string[] {
  if (tests.length === 0) return [];
  const more = tests.length > namesShown ? ` and ${tests.length - namesShown} more` : '';
  return ['', visibleLine(`${title}: ${tests.length}: ${tests.slice(0, namesShown).join(', ')}${more}`)];
}
