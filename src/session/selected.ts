import { join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import type { LastFailed } from '../store/records-of-runs.ts';
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
  const last = raw.lastFailed ? await lastFailed(runs) : undefined;
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

/** Loaded only where it is asked for: it reads a stored file, by a schema. */
async function lastFailed(runs: string): Promise<LastFailed | undefined> {
  return (await import('../store/records-of-runs.ts')).readLastFailed(runs);
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
