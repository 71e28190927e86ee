import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import { succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import { startProgress } from '../../base/progress.ts';
import { shellQuoted } from '../../base/text.ts';
import type { NewerPackages } from '../../daemons/build-recipe.ts';
import { downloadPackage } from '../debian/packages.ts';
import { bootstrapArguments, bootstrapFiles } from '../image/bootstrap.ts';
import { readRecipe } from '../image/known-recipes.ts';
import type { ImageBuilder } from '../image/mode.ts';
import { bootstrap } from '../image/run-bootstrap.ts';
import { unpackNewer } from './newer-packages.ts';

/** Part of a root's identity: increase it when a change here changes what it holds. */
const method = 1;

/** Folders in the root that are this machine's while something is built: of the tree's copy, objects, result and compiler cache. */
export const builtIn = { source: '/source', objects: '/objects', installed: '/installed', ccache: '/ccache' } as const;

/** What every root needs: to take itself apart from the machine (`enter.sh`), and to build and look through what was built. */
const everyRoot = ['binutils', 'ccache', 'mount'];

/** What a root is made for. */
export interface RootRequest {
  /** Recipe of the image that the result is laid over. */
  readonly image: string;
  /** Packages beside those of the image. */
  readonly packages: readonly string[];
  /** Packages of a newer Debian over those. */
  readonly newer?: NewerPackages | undefined;
  readonly builder: ImageBuilder;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The root that trees are built in: all packages of an image and those that a build needs. Made once, in a minute; the
 * packages are those that Debian had then.
 */
export async function ensureBuildRoot({ image, packages, newer, builder, signal }: RootRequest): Promise<string> {
  const recipe = readRecipe(image);
  const all = [...new Set([...recipe.packages, ...(recipe.build?.packages ?? []), ...packages, ...everyRoot])].sort();
  const id = `${image}-${sha256(JSON.stringify([method, recipe.suite, all, ...(newer === undefined ? [] : [newer])])).slice(0, 12)}`;
  const root = join(cacheDir('source', 'roots'), id);
  const make = async (): Promise<void> => {
    if (existsSync(root)) return;
    const work = `${root}.tmp`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(join(work, 'root'), { recursive: true });
    try {
      using progress = startProgress('making the root that sources are built in', { expectedMs: 90_000 });
      const tar = join(work, bootstrapFiles.tar);
      const places = Object.values(builtIn).map((place) => `"$1"${shellQuoted(place)}`);
      await bootstrap({
        what: 'the root that sources are built in',
        folder: work,
        suite: recipe.suite,
        packages: all,
        arguments: (place) => {
          const hooks = [`mkdir -p ${places.join(' ')}`, 'rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*'];
          const asked = { suite: recipe.suite, packages: all, exclude: recipe.exclude, hooks };
          return bootstrapArguments({ ...asked, tar: `${place.folder}/${bootstrapFiles.tar}` }, place);
        },
        builder,
        memory: 4096,
        onLine: () => progress.update(0),
        signal,
      });
      await succeed('tar', ['-xf', tar, '-C', join(work, 'root'), '--no-same-owner', '--exclude=./dev/*'], {
        signal,
        limits: programLimits.archive,
      });
      if (newer !== undefined)
        await unpackNewer(join(work, 'root'), newer, (name) => downloadPackage(name, newer.suite, work));
      renameSync(join(work, 'root'), root);
      progress.end('made the root that sources are built in');
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };
  await withLock(`${root}.lock`, make, () =>
    say('waiting for another process that makes the root that sources are built in'),
  );
  return root;
}
