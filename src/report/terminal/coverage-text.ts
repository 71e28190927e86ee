import { table } from '../../base/text.ts';
import { visibleLine } from '../../base/visible.ts';
import type { Coverage } from '../../model/coverage.ts';
import { type Extent, extentsByFolder, percentOf } from '../../results/coverage/folders.ts';

/** Tests and lost attempts that are named at most. */
const most = 5;

/** What a run covered, for people: by folder, then what only single tests cover, then what is lost. */
export function coverageText(coverage: Coverage): string[] {
  const { attempts, lost, only } = coverage;
  const extents = extentsByFolder(coverage).filter(({ lines }) => lines > 0);
  const head = ['folder', 'lines', 'covered', '%', 'functions', 'never reached'];
  return [
    `code that ran in ${attempts} ${attempts === 1 ? 'lab' : 'labs'}:`,
    ...rightAligned([head, ...extents.map(rowOf)]).map((line) => `  ${line}`),
    ...onlyLines(only),
    ...lostLines(lost),
  ].map(visibleLine);
}

function rowOf(extent: Extent): string[] {
  const { name, lines, covered, functions, unreached } = extent;
  return [name, String(lines), String(covered), percentOf(extent), String(functions), String(unreached)];
}

/** Numbers end at the same place. */
function rightAligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return table(rows.map((row) => row.map((cell, at) => (at === 0 ? cell : cell.padStart(widths[at] ?? 0)))));
}

function onlyLines(only: Coverage['only']): string[] {
  if (only.length === 0) return [];
  const lines = only.reduce((sum, { count }) => sum + count, 0);
  const named = only.slice(0, most).map(({ suite, name, count }) => [String(count), `${suite}:${name}`]);
  const more = only.length > most ? [`  … and ${only.length - most} more tests`] : [];
  return [
    `lines that one test alone covers: ${lines}, of ${only.length} tests; the most have`,
    ...rightAligned(named.map(([count = '', name = '']) => [name, count])).map((line) => `  ${line}`),
    ...more,
  ];
}

function lostLines(lost: Coverage['lost']): string[] {
  if (lost.length === 0) return [];
  const named = lost
    .slice(0, most)
    .map(({ suite, name, attempt, why }) => `  ${suite}:${name}, attempt ${attempt}: ${why}`);
  const more = lost.length > most ? [`  … and ${lost.length - most} more`] : [];
  return [`without the counters of ${lost.length} ${lost.length === 1 ? 'lab' : 'labs'}:`, ...named, ...more];
}
