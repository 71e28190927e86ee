import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { failed, folderAt, foreignRemedy, type Handle, handleIn, kindOf, refusal } from './handle.ts';
import { readPlain } from './read.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_APPEND, O_RDONLY } = constants;

/** Makes a folder, and those that it lies in, unless it is there. Raises `infrastructure` where a link or a file is in the way. */
export function makeFolder(path: string): void {
  heldFolder(resolve(path))[Symbol.dispose]();
}

/** A handle on a folder, which is made where it is not there. */
function heldFolder(place: string): Handle {
  const present = folderAt(place);
  if (present !== undefined) return present;
  using parent = heldFolder(dirname(place));
  try {
    mkdirSync(parent.at(basename(place)));
  } catch (cause) {
    // Made by another process in this moment, or in the way: what follows says which.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(cause, place, 'cannot be made');
  }
  const made = handleIn(parent, basename(place));
  if (made?.stat.isDirectory()) return made;
  made?.[Symbol.dispose]();
  if (made === undefined) throw refusal(place, 'is gone again', 'see which other process removes it, and try again');
  throw refusal(place, `is ${kindOf(made.stat)}, not a folder`, 'remove it, or put a folder in its place');
}

/** How a file is written. */
export interface Writing {
  readonly mode?: number;
  /** It stands on the disk when the call returns, so that it outlives the machine. */
  readonly durable?: boolean;
}

/**
 * Writes a file so that readers see the old content or the new one, never a part. Makes its folder. What was at the path, a link
 * too, is replaced, and what the link leads to stays.
 */
export function writePlain(path: string, data: string | Uint8Array, { mode = 0o644, durable }: Writing = {}): void {
  const place = resolve(path);
  using folder = heldFolder(dirname(place));
  const temporary = folder.at(`${basename(place).slice(0, 60)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    try {
      writeFileSync(file, data);
      if (durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, folder.at(basename(place)));
    if (durable) syncFolder(folder);
  } catch (cause) {
    forget(temporary);
    throw failed(cause, place, 'cannot be written');
  }
}

function forget(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {
    // Never made, or already under its own name.
  }
}

/** A rename is on the disk when its folder is. */
function syncFolder({ itself }: Handle): void {
  const descriptor = openSync(itself, O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a file unless it holds these bytes already. */
export function writePlainIfOther(path: string, data: string): void {
  let before: Buffer | undefined;
  try {
    before = readPlain(path);
  } catch {
    // Not a file, or not to be read: it is replaced.
  }
  if (before?.equals(Buffer.from(data)) !== true) writePlain(path, data);
}

/** Adds to the end of a plain file, which is made where it is not there. */
export function appendPlain(path: string, text: string): void {
  const file = openInPlace(path);
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw failed(cause, path, 'cannot be written');
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a plain file for adding to it, and makes it where it is not there; whoever calls closes it. Raises `infrastructure` for what
 * is not a plain file, and for one that has a second name: a hard link may lead out of the tree.
 */
export function openInPlace(path: string): number {
  const place = resolve(path);
  using folder = heldFolder(dirname(place));
  using present = handleIn(folder, basename(place));
  if (present !== undefined) {
    const { stat } = present;
    if (!stat.isFile()) throw refusal(place, `is ${kindOf(stat)}, not a file`, foreignRemedy);
    if (stat.nlink > 1)
      throw refusal(place, 'has a second name (a hard link), so it is not written to', 'put a copy in its place');
  }
  try {
    const flags = O_WRONLY | O_APPEND | O_NONBLOCK;
    if (present !== undefined) return openSync(present.itself, flags);
    return openSync(folder.at(basename(place)), flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  } catch (cause) {
    throw failed(cause, place, 'cannot be written');
  }
}

/** Renames a file or folder, in one step. Both stand on one file system. Nothing may be at the new place but an empty folder. */
export function moveTree(from: string, to: string): void {
  using source = folderAt(dirname(resolve(from)));
  using target = heldFolder(dirname(resolve(to)));
  if (source === undefined) throw refusal(from, 'does not exist', 'see which other process removes it, and try again');
  try {
    renameSync(source.at(basename(from)), target.at(basename(to)));
  } catch (cause) {
    throw failed(cause, to, 'cannot be written');
  }
}
