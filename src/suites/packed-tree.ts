import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { sha256, sha256File, writeAtomic } from '../base/files.ts';
import { cacheDir, withLock } from '../base/folders.ts';
import { packImage } from '../supply/image/pack.ts';

/** A suite's tree as hosts mount it. */
export interface PackedTree {
  readonly path: string;
  readonly sha256: string;
}

/** Packs a suite's `testing/` folder into one file, anew only when a file in it changed. */
export async function packTree(dir: string): Promise<PackedTree> {
  const store = cacheDir('suites');
  const path = join(store, `testing-${statKey(dir).slice(0, 16)}.erofs`);
  const note = `${path}.sha256`;
  await withLock(`${path}.lock`, async () => {
    if (existsSync(path) && hashIn(note) !== undefined) return;
    mkdirSync(store, { recursive: true });
    await packImage(dir, path, { allRoot: true });
    writeAtomic(note, await sha256File(path));
  });
  return { path, sha256: hashIn(note) ?? (await sha256File(path)) };
}

function hashIn(note: string): string | undefined {
  const text = existsSync(note) ? readFileSync(note, 'utf8') : '';
  return /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

/** Bytes and entries of a tree that is packed. Real ones have 40 MB in 12,000. */
const most = { bytes: 4 * 1024 ** 3, entries: 200_000 };
/** Folders within folders; names of more lead to paths that no call takes. */
const deepest = 64;

/**
 * Changes whenever a file of the folder does, as far as its dates and sizes tell; the date of its last change (ctime) is nobody's to
 * set. Raises `usage` for a tree without end.
 */
function statKey(dir: string): string {
  const root = resolve(dir);
  const lines: string[] = [root];
  const left = { ...most };
  const walk = (folder: string, depth: number): void => {
    if (depth > deepest) throw tooLarge(folder, `lies in more than ${deepest} folders`);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      // Of 17,000 files it counts what one of them takes.
      const path = `${folder}/${entry.name}`;
      const { size, mtimeMs, ctimeMs, mode } = lstatSync(path);
      left.entries -= 1;
      if (left.entries < 0) throw tooLarge(path, `is one of more than ${most.entries} files`);
      if (entry.isDirectory()) {
        walk(path, depth + 1);
        continue;
      }
      left.bytes -= size;
      if (left.bytes < 0) throw tooLarge(path, `brings the suite to more than ${most.bytes} bytes`);
      lines.push(`${path.slice(root.length)}\t${size}\t${mtimeMs}\t${ctimeMs}\t${mode}`);
    }
  };
  walk(root, 0);
  return sha256(lines.sort().join('\n'));
}

function tooLarge(file: string, message: string): EspalierError {
  return new EspalierError('usage', message, {
    file,
    remedy: 'hosts mount the whole testing folder: remove what is no part of it',
  });
}
