import { EspalierError } from '../../base/errors.ts';
import type { IndexedRun } from '../../model/past-results.ts';
import { keyOf } from '../../model/scenario.ts';
import { historyText, suiteHistoryText } from '../../report/terminal/history-text.ts';
import { type TestHistory, testHistories } from '../../results/history.ts';
import { remakeIndex, withIndex } from '../../store/index/open-index.ts';
import type { RunIndex } from '../../store/index/run-index.ts';
import { runsDir } from '../../store/layout.ts';
import { nearest } from '../select.ts';
import { standardOutput } from './run.ts';

export interface HistoryOptions {
  readonly output?: string;
  readonly json?: boolean;
}

/** `espalier reindex`. */
export async function reindexCommand({ output }: { readonly output?: string }): Promise<void> {
  const runs = await remakeIndex(runsDir(output));
  process.stdout.write(`${runs} runs\n`);
}

/** `espalier history`. */
export async function historyCommand(what: string, options: HistoryOptions): Promise<void> {
  const runs = runsDir(options.output);
  const told = await withIndex(runs, (index) => read(index, what, runs));
  const sink = standardOutput();
  if (options.json) sink.write(`${JSON.stringify(told, undefined, 1)}\n`);
  else sink.write('points' in told ? historyText(told, sink) : suiteHistoryText(told, sink));
}

interface SuiteTold {
  readonly suite: string;
  readonly runs: readonly IndexedRun[];
  readonly tests: readonly TestHistory[];
}

/** The history of `SUITE:NAME`, or of `SUITE`. Raises a usage error that says what there is instead. */
function read(index: RunIndex, what: string, runs: string): TestHistory | SuiteTold {
  const colon = what.indexOf(':');
  const suite = colon < 0 ? what : what.slice(0, colon);
  const tests = testHistories(index.results(suite, colon < 0 ? undefined : what.slice(colon + 1)));
  const [first] = tests;
  if (first === undefined) throw unknown(index, what, runs);
  if (colon >= 0) return first;
  const ids = new Set(tests.flatMap(({ points }) => points.map(({ run }) => run.id)));
  return { suite, runs: index.runs().filter(({ id }) => ids.has(id)), tests };
}

function unknown(index: RunIndex, what: string, runs: string): EspalierError {
  const suites = index.suites();
  const tests = what.includes(':') ? index.results(what.slice(0, what.indexOf(':'))).map(keyOf) : [];
  const near = nearest(what, [...new Set([...suites, ...tests])]);
  const known = suites.length === 0 ? 'there are none yet' : `suites in them: ${suites.join(', ')}`;
  const remedy = near === undefined ? known : `did you mean ${near}?`;
  return new EspalierError('usage', `no run in ${runs} has results of ${what}`, { remedy });
}
