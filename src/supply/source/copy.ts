import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { readJsonIfPresent, writeAtomic } from '../../base/files.ts';
import { remove, replace, statBelow } from '../../base/real-folders.ts';
import { excerptOf, isNameBelow } from '../../base/text.ts';

/** What was copied last: path → how the file looked in the tree. */
const manifestSchema = z.record(z.string(), z.string());

/** A tree and its copy. */
export interface Copy {
  readonly from: string;
  /** Whatever is built may write there, and leave links that lead anywhere. */
  readonly to: string;
  /** Notes what was copied; out of reach of what is built. */
  readonly manifest: string;
}

/**
 * Brings a copy of a tree up to date. Only files whose content or mode differs are written, so that a build finds by their dates
 * what changed; what the build itself made there stays. Takes files and links: a path that leads through a link is not there, as
 * it is for git. Returns whether anything changed. Throws `usage` for a path that leads out of the tree.
 */
export function syncCopy({ from, to, manifest }: Copy, paths: readonly string[]): boolean {
  const before = new Map(Object.entries(readJsonIfPresent(manifest, manifestSchema) ?? {}));
  const isFolder = folderCheck(from);
  const after = new Map<string, string>();
  for (const path of paths) {
    if (!isNameBelow(path)) throw new EspalierError('usage', `${excerptOf(path)} is no file below it`, { file: from });
    const look = isFolder(dirname(path)) ? lookOf(join(from, path)) : undefined;
    if (look !== undefined) after.set(path, look);
  }
  mkdirSync(to, { recursive: true });
  let changed = false;
  // Before anything is copied: a file that went may stand where a folder is now, or the other way round.
  for (const path of before.keys()) {
    if (after.has(path)) continue;
    remove(to, path.split('/'));
    changed = true;
  }
  for (const [path, look] of after) {
    if (before.get(path) !== look) changed = copyIfOther(join(from, path), to, path.split('/')) || changed;
  }
  writeAtomic(manifest, JSON.stringify(Object.fromEntries(after)));
  return changed;
}

/**
 * The same for some paths of a copy that holds another state of the tree: what of them is in the tree is written where it differs, and what is not goes.
 * All other files stay.
 */
export function syncPaths({ from, to, manifest }: Copy, paths: readonly string[]): void {
  const known = new Map(Object.entries(readJsonIfPresent(manifest, manifestSchema) ?? {}));
  const isFolder = folderCheck(from);
  const looks = paths.map((path) => [path, isFolder(dirname(path)) ? lookOf(join(from, path)) : undefined] as const);
  // Before anything is copied, as above.
  for (const [path, look] of looks) {
    if (look !== undefined) continue;
    remove(to, path.split('/'));
    known.delete(path);
  }
  for (const [path, look] of looks) {
    if (look === undefined) continue;
    copyIfOther(join(from, path), to, path.split('/'));
    known.set(path, look);
  }
  writeAtomic(manifest, JSON.stringify(Object.fromEntries(known)));
}

/** Tells which folders of a tree are real ones, asking once for each. */
function folderCheck(root: string): (path: string) => boolean {
  const known = new Map([['.', true]]);
  const check = (path: string): boolean => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const is = check(dirname(path)) && lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
    known.set(path, is);
    return is;
  };
  return check;
}

/** Changes whenever the file does, as far as its inode tells. `undefined` for what is neither file nor link. */
export function lookOf(path: string): string | undefined {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !(found.isFile() || found.isSymbolicLink())) return undefined;
  return [found.ino, found.size, found.mtimeNs, found.ctimeNs, found.mode].join(' ');
}

function copyIfOther(from: string, root: string, names: readonly string[]): boolean {
  const source = lstatSync(from);
  const target = statBelow(root, names);
  const place = join(root, ...names);
  if (source.isSymbolicLink()) {
    const leadsTo = readlinkSync(from);
    if (target?.isSymbolicLink() && readlinkSync(place) === leadsTo) return false;
    replace(root, names, () => symlinkSync(leadsTo, place));
    return true;
  }
  const mode = source.mode & 0o111 ? 0o755 : 0o644;
  if (target?.isFile() && target.size === source.size && readFileSync(from).equals(readFileSync(place))) {
    if ((target.mode & 0o7777) === mode) return false;
  } else replace(root, names, () => copyFileSync(from, place, constants.COPYFILE_EXCL));
  chmodSync(place, mode);
  return true;
}
