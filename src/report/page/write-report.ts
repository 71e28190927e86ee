import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeAtomic } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import { keyOf, type Results, type ScenarioResult } from '../../store/results.ts';
import { visible } from '../visible.ts';
import type { RunData, TestData } from './data.ts';
import { runData } from './run-data.ts';
import { type Depth, testData } from './test-data.ts';

/** What the pages of a run are made from. */
export interface PageInput {
  readonly dir: string;
  readonly results: Results;
  /** Lines of the page's head: name and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly rerunOptions: readonly string[];
  readonly baseline?: string | undefined;
  /** How much to hold of a test. */
  readonly depthOf: (result: ScenarioResult) => Depth;
}

/** Files of the page itself, below ui/; the script is built and committed (tools/page-script.ts). */
const assets = ['index.html', 'report.css', 'icon.svg', 'dist/report.js'] as const;

/** Writes `report/`: the page, its data, and what can be downloaded. Returns the path of its index. */
export function writeReport(input: PageInput): string {
  const reportDir = join(input.dir, 'report');
  rmSync(reportDir, { recursive: true, force: true });
  mkdirSync(join(reportDir, 'data', 'test'), { recursive: true });
  copyPage(reportDir);
  const numbers = new Map(input.results.results.map((result, index) => [keyOf(result), numberText(index)]));
  for (const result of input.results.results) {
    const number = numbers.get(keyOf(result)) ?? '';
    const source = {
      ...input,
      runDir: input.dir,
      runId: input.results.run,
      reportDir,
      depth: input.depthOf(result),
      number,
    };
    writeData(reportDir, `test/${number}`, testData(result, source));
  }
  const pageOf = (result: ScenarioResult): string => `test/${numbers.get(keyOf(result))}`;
  writeData(reportDir, 'run', runData({ ...input, pageOf }));
  return join(reportDir, 'index.html');
}

/** Puts the page itself into a report's folder. */
export function copyPage(reportDir: string): void {
  for (const name of assets) cpSync(join(projectDir, 'ui', name), join(reportDir, basename(name)));
}

function numberText(index: number): string {
  return String(index).padStart(5, '0');
}

function writeData(reportDir: string, name: string, data: RunData | TestData): void {
  writeAtomic(join(reportDir, 'data', `${name}.js`), dataFile(name, data));
}

/** The text of a data file: a script that hands over JSON in which every string is harmless. */
export function dataFile(name: string, data: RunData | TestData): string {
  const harmless = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? visible(value.toWellFormed()) : value;
  return `espalierData(${JSON.stringify(name)},${JSON.stringify(data, harmless)});\n`;
}
