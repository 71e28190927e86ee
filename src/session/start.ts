import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { realRoot } from '../base/door/handle.ts';
import { readPlainText } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { describeMachine } from '../lab/machine.ts';
import type { RunOptions } from '../model/run.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { findRun } from '../store/layout.ts';
import { type LastFailed, readLastFailed } from '../store/records-of-runs.ts';
import { jsonText, RunFolder, readBaseline } from '../store/run-folder.ts';
import { rebuildResults } from '../store/run-results.ts';
import { isTableSuite } from '../suites/all.ts';
import { namedSuites } from './listing.ts';
import { parsePattern, parseShard } from './option-values.ts';
import { effectiveSelectors, type RawRunOptions } from './options.ts';
import { parseSelector, type Selection } from './select.ts';
import type { SuitePaths } from './suite-names.ts';

/** What a command line selects: of which suites, and where those lie that are no known ones. */
export interface Selected {
  readonly selection: Selection;
  readonly names: readonly string[];
  readonly paths: SuitePaths;
}

/** Reads the selectors and the narrowing options. Throws `NothingSelected` where a suite is neither known nor a path. */
export async function parseSelection(
  selectors: readonly string[],
  raw: RawRunOptions,
  runs: string,
): Promise<Selected> {
  const last = raw.lastFailed ? readLastFailed(runs) : undefined;
  if (raw.lastFailed && last === undefined) {
    throw new EspalierError('usage', `--last-failed: no run in ${runs} has ended yet`);
  }
  if (last !== undefined && !raw.trust) refuseForeignPaths(last, runs);
  // Without selectors the last failures themselves say which suites are meant.
  const words = last !== undefined && selectors.length === 0 ? [...last.keys] : selectors;
  const named = namedSuites(await effectiveSelectors(words, raw), last?.paths);
  const selection = {
    selectors: named.selectors,
    status: raw.status,
    grep: raw.grep === undefined ? undefined : parsePattern('--grep', raw.grep),
    grepInvert: raw.grepInvert === undefined ? undefined : parsePattern('--grep-invert', raw.grepInvert),
    only: last?.keys,
    shard: raw.shard === undefined ? undefined : parseShard(raw.shard),
  };
  return { selection, names: named.names, paths: named.paths };
}

/** The scenario files that a stranger's record names would be loaded, which executes them. */
function refuseForeignPaths({ keys, paths = {}, isOwn }: LastFailed, runs: string): void {
  const named = [...[...keys].map((key) => parseSelector(key).suite), ...Object.values(paths)];
  const foreign = isOwn ? [] : [...new Set(named.filter((suite) => !isTableSuite(suite)))];
  if (foreign.length === 0) return;
  throw new EspalierError('infrastructure', `was not written by this installation, and names ${foreign.join(', ')}`, {
    file: join(runs, '.last-run.json'),
    remedy: '--trust loads these scenario files; or name them yourself',
  });
}

/** What a new run is made from. */
export interface NewRun {
  readonly runs: string;
  readonly scenarios: readonly ScenarioEntry[];
  readonly options: RunOptions;
  /** The command line, for the record. */
  readonly command: readonly string[];
  /** Id of the run that an attempt of is replayed. */
  readonly replayOf?: string;
}

/** Makes the folder of a new run. */
export function createRun({ runs, scenarios, options, command, replayOf }: NewRun): RunFolder {
  const now = new Date();
  const stamp = now.toISOString().slice(0, 23).replace('T', '_').replace(/[:.]/g, '-');
  const baseline = options.baseline === undefined ? undefined : baselineText(options.baseline, runs);
  const run = {
    version: 1 as const,
    id: `${stamp}_${randomBytes(2).toString('hex')}`,
    started: now.toISOString(),
    espalier: version(),
    command: [...command],
    options,
    ...(replayOf !== undefined && { replayOf }),
    machine: describeMachine(),
    scenarios: scenarios.map((entry) => ({ ...entry, hosts: [...entry.hosts] })),
  };
  return RunFolder.create(runs, run, baseline);
}

/** A run's results, or a `results.json` somebody kept. */
function baselineText(word: string, runs: string): string {
  if (word.endsWith('.json')) {
    const file = realRoot(word);
    readBaseline(file);
    return readPlainText(file) ?? '';
  }
  return jsonText(rebuildResults(RunFolder.open(findRun(word, runs))));
}

/** Refuses options that would make the rest of a run another run. */
export function refuseWithResume(selectors: readonly string[], given: readonly string[]): void {
  const allowed = [
    'resume',
    'attach',
    'farm',
    'farmLabels',
    'spread',
    'detach',
    'output',
    'reporter',
    'jobs',
    'maxFailures',
    'x',
    'trust',
  ];
  const refused = given.filter((option) => !allowed.includes(option));
  if (selectors.length === 0 && refused.length === 0) return;
  const what = [...selectors, ...refused.map((option) => `--${kebab(option)}`)].join(', ');
  throw new EspalierError('usage', `--resume continues the run as it was started; ${what} cannot be combined with it`);
}

function kebab(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
