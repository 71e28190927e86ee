import { join } from 'node:path';
import { readPlainText } from '../base/door/read.ts';
import { appendPlain, writePlain } from '../base/door/write.ts';
import { type ScenarioResult, scenarioResultSchema } from '../model/results.ts';

/** Results of a run in the order in which they came, a line of JSON each; derived. */
export const liveResultsFile = 'results.jsonl';

function lineOf(result: ScenarioResult): string {
  return `${JSON.stringify(result)}\n`;
}

/** Begins the file of a session with what earlier sessions of the run have done. */
export function beginLiveResults(runDir: string, done: readonly ScenarioResult[]): void {
  writePlain(join(runDir, liveResultsFile), done.map(lineOf).join(''));
}

/** Adds one. A reader sees all of a line that ends, and leaves the one that does not. */
export function appendLiveResult(runDir: string, result: ScenarioResult): void {
  appendPlain(join(runDir, liveResultsFile), lineOf(result));
}

/** Results so far; `undefined` where there is no such file, as in runs of earlier versions. */
export function readLiveResults(runDir: string): { readonly results: ScenarioResult[] } | undefined {
  const lines = readPlainText(join(runDir, liveResultsFile))?.split('\n').slice(0, -1);
  return lines && { results: lines.map(parseLiveResult).filter((result) => result !== undefined) };
}

/** Reads one line. One that a full disk cut gives nothing: its attempt still stands. */
export function parseLiveResult(line: string): ScenarioResult | undefined {
  try {
    return scenarioResultSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
