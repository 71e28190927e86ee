import { EspalierError } from '../../base/errors.ts';
import { comparisonText } from '../../report/terminal/comparison-text.ts';
import {
  type ComparedRun,
  compareRuns,
  isNoWorse,
  type Measure,
  measures,
  usuallySlower,
} from '../../results/compare.ts';
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

/** `espalier compare`; returns the exit code: 0 nothing is worse. */
export function compareCommand(before: string, run: string, options: CompareOptions): number {
  const runs = runsDir(options.output);
  const slower = { ...usuallySlower, measure: parseMeasure(options.by), ratio: parseRatio(options.ratio) };
  const comparison = compareRuns(read(before, runs), read(run, runs), slower);
  const sink = standardOutput();
  sink.write(options.json ? `${JSON.stringify(comparison, undefined, 1)}\n` : comparisonText(comparison, sink));
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
