import { realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { cacheDir } from '../../base/folders.ts';
import { bundledTree, findCheckout } from './obtain.ts';

/** The folder of one of the bundled tests. */
export function bundledReferences(test: string): string {
  return testFolder(bundledTree().dir, test);
}

/** The folder of a test in the user's tree. Throws `usage` for a tree that Espalier fetched: its references are others' work. */
export function ownReferences(test: string, given: string | undefined): string {
  const dir = given === undefined ? undefined : findCheckout(given).dir;
  if (dir !== undefined && !realpathSync(dir).startsWith(realpathSync(cacheDir()) + sep)) return testFolder(dir, test);
  throw new EspalierError('usage', 'the references are not yours to change: Espalier fetched this suite from Debian', {
    remedy: 'run a checkout of your own with --suite DIR, and accept that run',
  });
}

/** Throws `scenario` for a name that leads elsewhere. */
function testFolder(tree: string, test: string): string {
  const dir = join(tree, 'pluto', test);
  try {
    if (basename(dir) === test && realpathSync(dir).startsWith(realpathSync(tree) + sep)) return dir;
  } catch (cause) {
    throw new EspalierError('scenario', `cannot be opened: ${(cause as Error).message}`, { file: dir, cause });
  }
  throw new EspalierError('scenario', 'lies outside of its suite', { file: dir });
}
