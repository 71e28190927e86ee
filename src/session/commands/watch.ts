import { resolve } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import { runInView } from '../../base/processes.ts';
import { runsDir } from '../../store/layout.ts';
import { parseSource } from '../../supply/source/request.ts';
import { TreeWatch } from '../../supply/source/tree-watch.ts';
import { parseRunOptions, type RawRunOptions } from '../options.ts';
import { parseSelection } from '../selected.ts';

/** More changed files than this are counted, not named. */
const namedFiles = 3;

/**
 * `espalier run --watch`: runs again whenever a tree, a suite or a scenario file changes, until Ctrl-C. A change during a run stops it:
 * the rest would be of another tree than its beginning. Each run is a process of its own, since files of scenarios are loaded once.
 * Returns the exit code of the last run.
 */
export async function watchCommand(selectors: readonly string[], raw: RawRunOptions): Promise<number> {
  const roots = await watchedPlaces(selectors, raw);
  const words = roundWords(process.argv.slice(2), raw);
  const signal = interruption();
  using trees = await TreeWatch.start(roots);
  let code = 0;
  while (!signal.aborted) {
    const round = new AbortController();
    const over = new AbortController();
    const changing = trees.change(AbortSignal.any([signal, over.signal])).then((changed) => {
      if (changed.length > 0) round.abort();
      return changed;
    });
    code = await runInView(process.execPath, [...process.execArgv, ...words], AbortSignal.any([signal, round.signal]));
    if (signal.aborted) break;
    if (!round.signal.aborted) say(`waiting for changes in ${roots.map(shortPath).join(', ')}; Ctrl-C ends`);
    const changed = await changing;
    over.abort();
    if (changed.length > 0) say(`changed: ${changedText(changed)}`);
  }
  return code;
}

/** What of a command line changes by an editor. Throws `usage` where nothing does, and for what is no command line. */
async function watchedPlaces(selectors: readonly string[], raw: RawRunOptions): Promise<string[]> {
  for (const other of ['resume', 'attach', 'detach', 'bisectExit', 'list'] as const) {
    if (raw[other] === undefined) continue;
    const name = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new EspalierError('usage', `--watch makes a run after each change; --${name} cannot be combined with it`);
  }
  const { paths } = await parseSelection(selectors, raw, runsDir(raw.output));
  const { kernel, suite, overlay, source = [] } = parseRunOptions(raw);
  const trees = source.map(parseSource).flatMap(({ dir, commit }) => (commit === undefined ? [dir] : []));
  const overlays = overlay.map((words) => words.replace(/^[a-z][a-z0-9-]*=/, ''));
  const named = [...trees, ...[kernel, suite].filter((path) => path !== undefined), ...overlays].map((path) =>
    resolve(path),
  );
  const places = [...new Set([...named, ...Object.values(paths)])];
  if (places.length > 0) return places;
  throw new EspalierError('usage', '--watch: nothing of this run is a file of yours', {
    remedy: 'name your tree with --source, --suite or --kernel, or a folder of scenarios',
  });
}

/** The command line of each run. */
function roundWords(argv: readonly string[], { reporter, failedFirst }: RawRunOptions): string[] {
  return [
    process.argv[1] ?? '',
    ...argv.filter((word) => word !== '--watch'),
    ...(failedFirst ? [] : ['--failed-first']),
    ...(reporter === undefined ? ['--reporter', 'list'] : []),
  ];
}

function changedText(paths: readonly string[]): string {
  const named = paths.slice(0, namedFiles).map(shortPath).join(', ');
  return paths.length > namedFiles ? `${named} and ${paths.length - namedFiles} more` : named;
}
