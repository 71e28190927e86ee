import { EspalierError } from '../../base/errors.ts';
import { comparisonText, pairText } from '../../report/terminal/comparison-text.ts';
import { severalText } from '../../report/terminal/several-text.ts';
import {
  type ComparedRun,
  compareRuns,
  isNoWorse,
  type Measure,
  measures,
  usuallySlower,
} from '../../results/compare.ts';
import { compareSeveral } from '../../results/several.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { rebuildResults } from '../../store/run-results.ts';
import { standardOutput } from './run.ts';

export interface CompareOptions {
  readonly by: string;
  readonly ratio: string;
  readonly json?: boolean;
  readonly output?: string;
}

/** `espalier compare`; returns the exit code: 0 nothing is worse in the last run than in the first. */
export function compareCommand(words: readonly string[], options: CompareOptions): number {
  const slower = { ...usuallySlower, measure: parseMeasure(options.by), ratio: parseRatio(options.ratio) };
  const runs = words.map((word) => read(word, runsDir(options.output)));
  const [before, now] = [runs[0], runs.at(-1)];
  if (before === undefined || now === undefined || runs.length < 2) {
    throw new EspalierError('usage', 'compare: two or more runs are expected');
  }
  const comparison = compareRuns(before, now, slower);
  const several = runs.length > 2 ? compareSeveral(runs) : undefined;
  const sink = standardOutput();
  if (options.json) sink.write(`${JSON.stringify({ ...comparison, ...(several && { several }) }, undefined, 1)}\n`);
  else if (several) sink.write(`${severalText(several, sink)}\n${comparisonText(comparison, sink)}`);
  else sink.write(pairText(comparison, sink));
  return isNoWorse(comparison) ? 0 : 1;
}

/** From the attempts, which are the truth. */
function read(word: string, runs: string): ComparedRun {
  const { run, results } = rebuildResults(RunFolder.open(findRun(word, runs)));
  return { run, results };
}

function parseMeasure(value: string): Measure {
  if (Object.hasOwn(measures, value)) return value as Measure;
  throw new EspalierError('usage', `--by ${value}: one of ${Object.keys(measures).join(', ')} is expected`);
}

function parseRatio(value: string): number {
  const ratio = /^\d{1,6}(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (ratio > 1) return ratio;
  throw new EspalierError('usage', `--ratio ${value}: a number above 1 is expected`);
}
