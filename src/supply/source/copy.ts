import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJsonIfPresent, writeAtomic } from '../../base/files.ts';

/** What was copied last: path → how the file looked in the tree. */
const manifestSchema = z.record(z.string(), z.string());

/** A tree and its copy. */
export interface Copy {
  readonly from: string;
  readonly to: string;
  /** Notes what was copied. */
  readonly manifest: string;
}

/**
 * Brings a copy of a tree up to date. Only files whose content differs are written, so that a build finds by their dates
 * what changed; what the build itself made there stays. Returns whether anything changed.
 */
export function syncCopy({ from, to, manifest }: Copy, paths: readonly string[]): boolean {
  const before = readJsonIfPresent(manifest, manifestSchema) ?? {};
  const after: Record<string, string> = {};
  let changed = false;
  for (const path of paths) {
    const look = lookOf(join(from, path));
    if (look === undefined) continue;
    after[path] = look;
    if (before[path] === look) continue;
    changed = copyIfOther(join(from, path), join(to, path)) || changed;
  }
  for (const path of Object.keys(before)) {
    if (after[path] !== undefined) continue;
    rmSync(join(to, path), { force: true });
    changed = true;
  }
  writeAtomic(manifest, JSON.stringify(after));
  return changed;
}

/** Changes whenever the file does, as far as its inode tells. */
function lookOf(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && [found.ino, found.size, found.mtimeNs, found.ctimeNs, found.mode].join(' ');
}

function copyIfOther(from: string, to: string): boolean {
  const source = lstatSync(from);
  if (source.isSymbolicLink()) {
    const target = readlinkSync(from);
    if (lstatSync(to, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(to) === target) return false;
    replace(to, () => symlinkSync(target, to));
    return true;
  }
  const mode = source.mode & 0o111 ? 0o755 : 0o644;
  if (existsSync(to) && readFileSync(from).equals(readFileSync(to))) {
    chmodSync(to, mode);
    return false;
  }
  replace(to, () => copyFileSync(from, to));
  chmodSync(to, mode);
  return true;
}

function replace(path: string, make: () => void): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  make();
}
