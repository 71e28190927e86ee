import { constants, openSync } from 'node:fs';
import type { EspalierError } from '../errors.ts';
import { type Check, parseJson } from '../files.ts';
import { failed, foreignRemedy, type Handle, handleOn, kindOf, refusal } from './handle.ts';
import { limits } from './limits.ts';
import { OpenFile } from './open-file.ts';

/** What tells whether a file is still the one that was read. */
export interface FileState {
  readonly inode: number;
  readonly bytes: number;
  /** Changes whenever its content may have. */
  readonly stamp: string;
  /** Wall milliseconds since 1970. */
  readonly madeMs: number;
}

/**
 * Opens a plain file; `undefined` where there is none. A link, a folder, a FIFO, a socket or a device raises `infrastructure` and
 * is never opened; neither is what a path leads to through a link.
 */
export function openPlain(path: string): OpenFile | undefined {
  using handle = handleOn(path);
  if (handle === undefined) return undefined;
  refuseOthers(handle);
  try {
    return new OpenFile(openSync(handle.itself, constants.O_RDONLY), handle.stat);
  } catch (cause) {
    throw failed(cause, path, 'cannot be read');
  }
}

function refuseOthers({ stat, path }: Handle): void {
  if (!stat.isFile()) throw refusal(path, `is ${kindOf(stat)}, not a file`, foreignRemedy);
}

/** Reads a plain file; `undefined` where there is none. Raises `infrastructure` for what is not one, or has more than `most` bytes. */
export function readPlain(path: string, most: number = limits.evidence): Buffer | undefined {
  using file = openPlain(path);
  if (file === undefined) return undefined;
  if (file.bytes > most)
    throw refusal(
      path,
      `has more than ${most >> 10} KiB`,
      'remove it: Espalier writes no file of this kind that is so large',
    );
  try {
    return file.read();
  } catch (cause) {
    throw failed(cause, path, 'cannot be read');
  }
}

/** The same; a missing file is an error too. */
export function needPlain(path: string, most: number = limits.evidence): Buffer {
  const bytes = readPlain(path, most);
  if (bytes === undefined) throw missing(path);
  return bytes;
}

function missing(path: string): EspalierError {
  return refusal(path, 'does not exist', 'copy the folder that it should be in again from where it came');
}

/** The text of a small plain file; `undefined` where there is none. */
export function readPlainText(path: string, most: number = limits.document): string | undefined {
  return readPlain(path, most)?.toString('utf8');
}

/** Reads and checks a JSON file; `undefined` where there is none. Every error names the file. */
export function readPlainJsonIfPresent<T>(path: string, check: Check<T>): T | undefined {
  const text = readPlainText(path);
  return text === undefined ? undefined : parseJson(text, check, path);
}

/** The same, and a missing file is an error too. */
export function readPlainJson<T>(path: string, check: Check<T>): T {
  const value = readPlainJsonIfPresent(path, check);
  if (value === undefined) throw missing(path);
  return value;
}

/** The state of a plain file; `undefined` where there is none. Raises `infrastructure` for what is not one. */
export function statePlain(path: string): FileState | undefined {
  using handle = handleOn(path);
  if (handle === undefined) return undefined;
  refuseOthers(handle);
  const { dev, ino, size, mtimeMs, ctimeMs, birthtimeMs } = handle.stat;
  return { inode: ino, bytes: size, stamp: `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`, madeMs: birthtimeMs };
}

/** Whether a plain file is at a path. */
export function isPlain(path: string): boolean {
  return statOrNothing(path)?.isFile() === true;
}

/** Whether anything is at a path, of whatever kind. */
export function isThere(path: string): boolean {
  return statOrNothing(path) !== undefined;
}

/** Whether a folder is at a path. */
export function isFolder(path: string): boolean {
  return statOrNothing(path)?.isDirectory() === true;
}

function statOrNothing(path: string) {
  try {
    using handle = handleOn(path);
    return handle?.stat;
  } catch {
    // Behind a link there is nothing for us.
    return undefined;
  }
}
