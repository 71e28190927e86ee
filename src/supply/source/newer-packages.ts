import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import { statBelow } from '../../base/real-folders.ts';
import type { NewerPackages } from '../../daemons/build-recipe.ts';

/** Longest file of a tree that is searched for a mark, in bytes. */
const longest = 1024 * 1024;

/** Whether a tree needs packages that are newer than its image's, by what one of its files holds. */
export function needsNewer(tree: string, { where }: NewerPackages): boolean {
  const found = statBelow(tree, where.file.split('/'));
  return (
    found?.isFile() === true &&
    found.size <= longest &&
    readFileSync(join(tree, where.file), 'utf8').includes(where.holds)
  );
}

/** Fetches a package and gives the file's path. */
type Fetch = (name: string) => Promise<string>;

/**
 * Unpacks packages of a newer Debian over a root. `/newer/files` there lists what has to go into the layer, and `/newer/packages`
 * of which packages it is (gather.sh). No script of theirs runs: they are libraries and programs.
 */
export async function unpackNewer(
  root: string,
  { suite, packages, toBuild }: NewerPackages,
  fetch: Fetch,
): Promise<void> {
  const files: string[] = [];
  const names: string[] = [];
  for (const name of [...packages, ...toBuild]) {
    const deb = await fetch(name);
    await succeed('dpkg-deb', ['-x', deb, root], { limits: programLimits.archive });
    if (!packages.includes(name)) continue;
    names.push(`${basename(deb, '.deb').split('_').slice(0, 2).join(' ')} of Debian ${suite}`);
    files.push(...(await filesOf(deb)));
  }
  mkdirSync(join(root, 'newer'));
  for (const [list, lines] of Object.entries({ files, packages: names })) {
    writeFileSync(join(root, 'newer', list), lines.map((line) => `${line}\n`).join(''));
  }
}

/** Paths of what a package brings that is no folder and no document. */
async function filesOf(deb: string): Promise<string[]> {
  const listed = await succeed('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -t', 'sh', deb], {
    limits: programLimits.archive,
  });
  const paths = listed.stdout
    .toString()
    .split('\n')
    .map((path) => path.replace(/^\./, ''));
  return paths.filter(
    (path) => path !== '' && !path.endsWith('/') && !/^\/usr\/share\/(?:doc|man|lintian)\//.test(path),
  );
}
