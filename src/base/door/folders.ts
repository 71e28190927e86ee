import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { EspalierError } from '../errors.ts';
import { failed, type Handle, handleIn, handleOn, isMissing, parentOf, refusal } from './handle.ts';
import { deepest, mostEntries } from './limits.ts';

/** What lies in a folder, by name below it, parts joined by `/`. */
export interface FolderContent {
  readonly files: string[];
  /** Each before those in it. */
  readonly folders: string[];
  /** Neither files nor folders, or with names that are no text. */
  readonly foreign: string[];
}

/** Names in a folder, in order. What is no folder, or goes away in this moment, holds nothing; a link is no folder. */
export function namesIn(path: string): string[] {
  using handle = handleOn(path);
  return handle?.stat.isDirectory() ? entriesOf(handle).map(({ name }) => name) : [];
}

/** What lies in a folder, at any depth. Raises `infrastructure` for a tree without end, or one that may not be read. */
export function filesBelow(path: string): FolderContent {
  const found: FolderContent = { files: [], folders: [], foreign: [] };
  let count = 0;
  visit(path, ({ name, isFile, isFolder }) => {
    count += 1;
    if (count > mostEntries)
      throw refusal(path, `holds more than ${mostEntries} files`, 'remove what Espalier has not made from it');
    found[isFolder ? 'folders' : isFile ? 'files' : 'foreign'].push(name);
  });
  return found;
}

/**
 * What a file or folder takes on disk, with all that is in it: bytes in whole blocks, as `du` counts. Nothing where it is not. What
 * cannot be entered, or lies too deep, counts by its own size: one bad folder must not end the count of all others.
 */
export function bytesOnDisk(path: string): number {
  const { folder, name } = parentOf(path);
  using parent = folder;
  return parent === undefined ? 0 : sizeIn(parent, name, 0);
}

function sizeIn(parent: Handle, name: string, depth: number): number {
  using handle = handleIn(parent, name);
  if (handle === undefined) return 0;
  const own = handle.stat.blocks * 512;
  if (!handle.stat.isDirectory() || depth > deepest) return own;
  try {
    const texts = entriesOf(handle).filter(({ isText }) => isText);
    return texts.reduce((sum, entry) => sum + sizeIn(handle, entry.name, depth + 1), own);
  } catch (error) {
    if (error instanceof EspalierError) return own;
    throw error;
  }
}

interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isFolder: boolean;
  /** Its name is UTF-8. */
  readonly isText: boolean;
}

/** Walks depth first, in order of names, through a handle on each folder. */
function visit(path: string, found: (entry: Entry) => void): void {
  const walk = (folder: Handle, prefix: string, depth: number): void => {
    refuseDeeper(folder, depth);
    for (const entry of entriesOf(folder)) {
      found({ ...entry, name: `${prefix}${entry.name}` });
      if (!entry.isFolder) continue;
      using below = handleIn(folder, entry.name);
      if (below?.stat.isDirectory()) walk(below, `${prefix}${entry.name}/`, depth + 1);
    }
  };
  using top = handleOn(path);
  if (top?.stat.isDirectory()) walk(top, '', 0);
}

function refuseDeeper({ path }: Handle, depth: number): void {
  if (depth > deepest) throw refusal(path, `lies in more than ${deepest} folders`, 'remove it: rm -r');
}

/** What is in a folder, by names in order; nothing of one that goes away in this moment. */
function entriesOf(folder: Handle): Entry[] {
  try {
    const entries = readdirSync(folder.itself, { withFileTypes: true }).map((entry): Entry => {
      const isText = !entry.name.includes('\ufffd');
      return { name: entry.name, isText, isFile: isText && entry.isFile(), isFolder: isText && entry.isDirectory() };
    });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw failed(cause, folder.path, 'cannot be read');
  }
}

/** Removes a file, or a folder with all that is in it; links in it go, what they lead to stays. Nothing there: nothing is done. */
export function removeTree(path: string): void {
  const { folder, name } = parentOf(path);
  using parent = folder;
  if (parent !== undefined) removeIn(parent, Buffer.from(name), 0);
}

/** Removes a folder that is empty; any other stays. */
export function removeEmptyFolder(path: string): void {
  const { folder, name } = parentOf(path);
  using parent = folder;
  try {
    if (parent !== undefined) rmdirSync(parent.at(name));
  } catch (cause) {
    if (!isMissing(cause) && (cause as NodeJS.ErrnoException).code !== 'ENOTEMPTY')
      throw failed(cause, path, 'cannot be removed');
  }
}

/** Names are bytes here: what is no text goes too. */
function removeIn(parent: Handle, name: Buffer, depth: number): void {
  const place = parent.atBytes(name);
  try {
    using handle = handleIn(parent, name);
    if (handle?.stat.isDirectory()) {
      refuseDeeper(handle, depth);
      for (const one of readdirSync(handle.itself, 'buffer')) removeIn(handle, one, depth + 1);
      rmdirSync(place);
    } else unlinkSync(place);
  } catch (cause) {
    if (!isMissing(cause)) throw failed(cause, `${parent.path}/${name}`, 'cannot be removed');
  }
}
