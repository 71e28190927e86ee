import { relative } from 'node:path';
import { visible, visibleLine } from '../../base/visible.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { wordTable } from '../../model/words.ts';
import { attemptPath } from '../../store/layout.ts';
import type { ReportEnd, Reporter, Sink } from '../reporter.ts';
import { totalsText } from './summary.ts';

/** A scenario's place in the grid: its name is `COLUMN, ROW`. */
interface Cell {
  readonly column: string;
  readonly row: string;
  readonly result: ScenarioResult;
}

/** Cells with the same explanation; more than this are counted, not named. */
const cellsNamed = 4;

/**
 * The results as a grid: what stands in front of the first comma of a scenario's name is its column, what comes after it its row
 * (`libreswan-5.2 to openiked-7.4, psk tunnel`). Below it, everything that did not pass is explained, by its evidence.
 */
export function matrixReporter(sink: Sink): Reporter {
  return { end: (end) => sink.write(matrixText(end)) };
}

/** The grid of a run, plain text. Scenarios without a comma in their names stand in the column `other`. */
export function matrixText(end: ReportEnd): string {
  const cells = end.results.results.map(cellOf);
  const columns = [...new Set(cells.map(({ column }) => column))];
  const heads = columns.map((column, index) => `${numbered(index)}  ${visibleLine(column)}\n`).join('');
  return `${heads}\n${gridText(cells, columns)}\n${legend(cells)}\n${explanations(cells, end)}${totalsText(end)}`;
}

function cellOf(result: ScenarioResult): Cell {
  const comma = result.name.indexOf(', ');
  if (comma < 0) return { column: 'other', row: result.name, result };
  return { column: result.name.slice(0, comma), row: result.name.slice(comma + 2), result };
}

function numbered(index: number): string {
  return String(index + 1).padStart(2);
}

function gridText(cells: readonly Cell[], columns: readonly string[]): string {
  const rows = Map.groupBy(cells, ({ row }) => row);
  const width = Math.max(0, ...[...rows.keys()].map((row) => visibleLine(row).length));
  const head = `${' '.repeat(width)}  ${columns.map((_, index) => numbered(index)).join(' ')}\n`;
  const lines = [...rows].map(([row, members]) => {
    const signs = columns.map((column) => {
      const cell = members.find((one) => one.column === column);
      return ` ${cell === undefined ? ' ' : wordTable[cell.result.word].letter}`;
    });
    return `${`${visibleLine(row).padEnd(width)}  ${signs.join(' ')}`.trimEnd()}\n`;
  });
  return head + lines.join('');
}

function legend(cells: readonly Cell[]): string {
  const words = [...new Set(cells.map(({ result }) => result.word))];
  return `${words.map((word) => `${wordTable[word].letter} ${word}`).join('   ')}\n`;
}

/** Every cell that did not pass: why, and where its evidence lies. Cells with the same reason are listed once. */
function explanations(cells: readonly Cell[], end: ReportEnd): string {
  const told = cells.filter(({ result }) => result.word !== 'passed');
  const groups = Map.groupBy(told, ({ result }) => `${wordTable[result.word].letter} ${reasonOf(result)}`);
  return [...groups]
    .map(([reason, members]) => {
      const named = members.slice(0, cellsNamed).map((cell) => placeOf(cell, end));
      const more = members.length > cellsNamed ? [`   … and ${members.length - cellsNamed} more`] : [];
      return `${[visible(reason), ...named, ...more].join('\n')}\n\n`;
    })
    .join('');
}

function reasonOf({ issues, word, attempts }: ScenarioResult): string {
  return issues[0]?.message ?? attempts.at(-1)?.end?.detail ?? word;
}

function placeOf({ result }: Cell, { dir }: ReportEnd): string {
  const last = result.attempts.at(-1);
  const files = last && `${relative(process.cwd(), dir) || '.'}/${attemptPath({ ...result, attempt: last.attempt })}`;
  return `   ${visibleLine(result.name)}${files === undefined ? '' : `\n      ${files}`}`;
}
