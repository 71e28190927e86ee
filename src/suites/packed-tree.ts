import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { sha256, sha256File, writeAtomic } from '../base/files.ts';
import { cacheDir, withLock } from '../base/folders.ts';
import { packSquashfs } from '../supply/image/squashfs.ts';

/** A suite's tree as hosts mount it. */
export interface PackedTree {
  readonly path: string;
  readonly sha256: string;
}

/** Packs a suite's `testing/` folder into one file, anew only when a file in it changed. */
export async function packTree(dir: string): Promise<PackedTree> {
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
