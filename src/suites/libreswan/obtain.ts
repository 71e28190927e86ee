import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { sha256, sha256File, writeAtomic } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import type { SuiteIdentity } from '../../model/attempt.ts';
import { packSquashfs } from '../../supply/image/squashfs.ts';
import { commitOf } from '../commit.ts';
import { obtainSource } from '../source-package.ts';

/** A `testing/` folder and what it is. */
export interface SuiteTree {
  readonly dir: string;
  readonly identity: SuiteIdentity;
  /** Version of libreswan that the folder belongs to, where it says so. */
  readonly version?: string;
}

/** Takes the suite from Debian's source package of libreswan. */
export async function obtainLibreswan(debian = 'trixie'): Promise<SuiteTree> {
  const wanted = ['*/testing', '*/mk/version.mk'];
  const source = await obtainSource({ name: 'libreswan', debian, wanted, proof: 'testing/pluto/TESTLIST' });
  const { dir, version, sha256: hash } = source;
  return { dir: join(dir, 'testing'), identity: { id: `libreswan-${version}`, sha256: hash }, version };
}

/** A checkout of the user's: its root, its `testing/` or `testing/pluto`. Throws `usage`. */
export async function openCheckout(path: string): Promise<SuiteTree> {
  const given = resolve(path);
  const candidates = [join(given, 'testing'), given, join(given, '..')];
  const dir = candidates.find((candidate) => existsSync(join(candidate, 'pluto', 'TESTLIST')));
  if (dir === undefined) {
    throw new EspalierError('usage', 'is no source tree of libreswan', {
      file: given,
      remedy: 'give a folder that holds testing/pluto/TESTLIST',
    });
  }
  const version = versionOf(dir);
  const [tree, commit] = await Promise.all([packTesting(dir), commitOf(dir)]);
  const id = version ? `libreswan-${version}` : basename(resolve(dir, '..'));
  const identity = { id, sha256: tree.sha256, ...(commit && { commit }) };
  return { dir, identity, ...(version !== undefined && { version }) };
}

/** The version that the source tree around a `testing/` folder calls itself. */
function versionOf(testing: string): string | undefined {
  const file = join(testing, '..', 'mk', 'version.mk');
  if (!existsSync(file)) return undefined;
  return /^IPSECBASEVERSION\s*\??=\s*(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1];
}

/** A `testing/` folder as hosts mount it. */
export interface PackedTree {
  readonly path: string;
  readonly sha256: string;
}

/** Packs a `testing/` folder into one file, anew only when a file in it changed. */
export async function packTesting(dir: string): Promise<PackedTree> {
  const store = cacheDir('suites');
  const path = join(store, `testing-${statKey(dir).slice(0, 16)}.squashfs`);
  const note = `${path}.sha256`;
  await withLock(`${path}.lock`, async () => {
    if (existsSync(path) && existsSync(note)) return;
    mkdirSync(store, { recursive: true });
    await packSquashfs(dir, path, { allRoot: true });
    writeAtomic(note, await sha256File(path));
  });
  return { path, sha256: readFileSync(note, 'utf8') };
}

/** Changes whenever a file of the folder does, as far as its dates and sizes tell. */
function statKey(dir: string): string {
  const lines: string[] = [resolve(dir)];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else {
        const { size, mtimeMs, mode } = lstatSync(path);
        lines.push([relative(dir, path), size, mtimeMs, mode].join('\t'));
      }
    }
  };
  walk(dir);
  return sha256(lines.sort().join('\n'));
}
