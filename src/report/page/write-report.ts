import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeTree } from '../../base/door/folders.ts';
import { below } from '../../base/door/handle.ts';
import { writePlain } from '../../base/door/write.ts';
import { projectDir } from '../../base/folders.ts';
import { isVisibleJson, visible } from '../../base/visible.ts';
import type { Coverage } from '../../model/coverage.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import type { Rerun } from '../reporter.ts';
import { type CoverageData, coverageData } from './coverage-data.ts';
import type { RunData, TestData } from './data.ts';
import type { CompareData, HistoryData, RunsData } from './data-of-runs.ts';
import { runData } from './run-data.ts';
import { type Depth, testData } from './test-data.ts';

/** What the pages of a run are made from. */
export interface PageInput {
  readonly dir: string;
  readonly results: Results;
  /** Lines of the page's head: name and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly rerun: Rerun;
  readonly baseline?: string | undefined;
  /** How much to hold of a test. */
  readonly depthOf: (result: ScenarioResult) => Depth;
  /** Data about this run and others. */
  readonly compare?: CompareData | undefined;
  readonly history?: HistoryData | undefined;
  readonly coverage?: Coverage | undefined;
}

/** Files of the page itself, below ui/; script and style are built and committed (tools/page-files.ts). */
const assets = ['index.html', 'icon.svg', 'dist/report.css', 'dist/report.js'] as const;

/** Paths of the files that make a page, by their names beside its data. */
export const pageFiles: ReadonlyMap<string, string> = new Map(
  assets.map((name) => [basename(name), join(projectDir, 'ui', name)]),
);

/** Writes `report/`: the page, its data, and what can be downloaded. Returns the path of its index. */
export function writeReport(input: PageInput): string {
  const reportDir = join(input.dir, 'report');
  removeTree(reportDir);
  copyPage(reportDir);
  const numbers = new Map(input.results.results.map((result, index) => [keyOf(result), numberText(index)]));
  for (const result of input.results.results) {
    const number = numbers.get(keyOf(result)) ?? '';
    const source = {
      ...input,
      runDir: input.dir,
      runId: input.results.run,
      put: (href: string, content: Uint8Array) => writePlain(below(reportDir, href), content),
      depth: input.depthOf(result),
      number,
    };
    writeData(reportDir, `test/${number}`, testData(result, source));
  }
  const pageOf = (result: ScenarioResult): string => `test/${numbers.get(keyOf(result))}`;
  const { compare, history } = input;
  const coverage = input.coverage && coverageData(input.coverage);
  if (compare) writeData(reportDir, 'compare', compare);
  if (history) writeData(reportDir, 'history', history);
  if (coverage) writeData(reportDir, 'coverage', coverage);
  const pages = { compare, history, coverage };
  const beside = (Object.keys(pages) as (keyof typeof pages)[]).filter((name) => pages[name] !== undefined);
  writeData(reportDir, 'run', runData({ ...input, pageOf, ...(beside.length > 0 && { beside }) }));
  return join(reportDir, 'index.html');
}

/** Puts the page itself into a report's folder. */
export function copyPage(reportDir: string): void {
  for (const [name, path] of pageFiles) writePlain(join(reportDir, name), readFileSync(path));
}

/** The text of the page, which begins with a run or with all of them. */
export function startPage(start: 'run' | 'runs'): string {
  const html = readFileSync(pageFiles.get('index.html') ?? '', 'utf8');
  return html.replace('data-start="run"', `data-start="${start}"`);
}

/** Number of a test in names of files. */
export function numberText(index: number): string {
  return String(index).padStart(5, '0');
}

/** What a data file holds. */
export type PageData = RunData | TestData | RunsData | CompareData | HistoryData | CoverageData;

function writeData(reportDir: string, name: string, data: PageData): void {
  writePlain(join(reportDir, 'data', `${name}.js`), dataFile(name, data));
}

/** The text of a data file: a script that hands over JSON in which every string is harmless. */
export function dataFile(name: string, data: PageData): string {
  return `espalierData(${JSON.stringify(name)},${harmlessJson(data)});\n`;
}

/** JSON in which every string is harmless. Most data has no other, and to look at the whole text is quicker. */
export function harmlessJson(data: unknown): string {
  const text = JSON.stringify(data);
  if (isVisibleJson(text)) return text;
  return JSON.stringify(data, (_: string, value: unknown): unknown =>
    typeof value === 'string' ? visible(value.toWellFormed()) : value,
  );
}
