import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../base/files.ts';
import type { ScenarioResult } from '../results/results.ts';

/** Results of a run in the order in which they came, a line of JSON each; derived. */
export const liveResultsFile = 'results.jsonl';

function lineOf(result: ScenarioResult): string {
  return `${JSON.stringify(result)}\n`;
}

/** Begins the file of a session with what earlier sessions of the run have done. */
export function beginLiveResults(runDir: string, done: readonly ScenarioResult[]): void {
  writeAtomic(join(runDir, liveResultsFile), done.map(lineOf).join(''));
}

/** Adds one. A reader sees all of a line that ends, and leaves the one that does not. */
export function appendLiveResult(runDir: string, result: ScenarioResult): void {
  appendFileSync(join(runDir, liveResultsFile), lineOf(result));
}

/** Results so far; `undefined` where there is no such file, as in runs of earlier versions. */
export function readLiveResults(runDir: string): { readonly results: ScenarioResult[] } | undefined {
  const path = join(runDir, liveResultsFile);
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return { results: lines.flatMap(resultOfLine) };
}

/** A line that a full disk cut is left out: its attempt still stands. */
function resultOfLine(line: string): ScenarioResult[] {
  try {
    return [JSON.parse(line) as ScenarioResult];
  } catch {
    return [];
  }
}
