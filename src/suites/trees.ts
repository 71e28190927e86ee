import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { sha256 } from '../base/files.ts';
import { projectDir } from '../base/folders.ts';
import type { Identity } from '../model/attempt.ts';

/** A suite's tree on this machine. */
export interface SuiteTree {
  /** The `testing/` folder. */
  readonly dir: string;
  readonly identity: Identity;
}

/** The bundled suite: libreswan's format, everything in it ours. */
export function bundledTree(): SuiteTree {
  const dir = join(projectDir, 'scenarios', 'examples');
  return { dir, identity: { id: 'examples', sha256: hashOfTree(dir) } };
}

/** A tree that the user names: the checkout, its `testing/` or its `testing/pluto/`. */
export function userTree(path: string): SuiteTree {
  const given = resolve(path);
  const candidates = [given, join(given, 'testing'), ...(basename(given) === 'pluto' ? [dirname(given)] : [])];
  const dir = candidates.find((candidate) => existsSync(join(candidate, 'pluto', 'TESTLIST')));
  if (dir === undefined) {
    throw new EspalierError('usage', '--suite: no TESTLIST of a test suite is there', {
      file: given,
      remedy: 'give a checkout of libreswan, its testing folder, or testing/pluto',
    });
  }
  return { dir, identity: { id: dir, sha256: sha256(readFileSync(join(dir, 'pluto', 'TESTLIST'))) } };
}

/** SHA-256 over names and contents of a small tree. */
function hashOfTree(dir: string): string {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return sha256(paths.map((path) => `${path.slice(dir.length)} ${sha256(readFileSync(path))}\n`).join(''));
}
