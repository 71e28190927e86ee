import { join } from 'node:path';
import { filesBelow } from '../base/door/folders.ts';
import { below, refusal } from '../base/door/handle.ts';
import { isPlain, readPlain } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { type Check, parseJson } from '../base/files.ts';
import { decompress, openArchive } from './open-archive.ts';
import { readPruned } from './pruned.ts';
import { makeAgain } from './tar.ts';

/** What is read of all files of one attempt, bytes. */
const largestAttempt = 256 * 1024 * 1024;

/**
 * Reads a file of an attempt by its name below the attempt's folder, whether it lies there as a file, or in the archive; where it
 * is in both, the file counts. `undefined` where it is in neither. Raises an `infrastructure` error for what cannot be read, and
 * for an attempt that was pruned.
 */
export function readAttemptFile(attemptDir: string, name: string): Buffer | undefined {
  refusePruned(attemptDir, name);
  return readFile(attemptDir, name);
}

/** The files of an attempt that is not pruned while they are read, up to 256 MiB in all; see `readAttemptFile`. */
export function attemptFiles(attemptDir: string): {
  read(name: string): Buffer | undefined;
  names(): ReadonlySet<string>;
} {
  let checked = false;
  let left = largestAttempt;
  return {
    read: (name) => {
      if (!checked) refusePruned(attemptDir, name);
      checked = true;
      const bytes = readFile(attemptDir, name);
      left -= bytes?.length ?? 0;
      if (left < 0) throw refusal(attemptDir, `the files have more than ${largestAttempt >> 20} MiB`, makeAgain);
      return bytes;
    },
    names: () => attemptFileNames(attemptDir),
  };
}

function refusePruned(attemptDir: string, name: string): void {
  const pruned = readPruned(attemptDir);
  if (pruned !== undefined) throw new EspalierError('infrastructure', pruned.text, { file: join(attemptDir, name) });
}

function readFile(attemptDir: string, name: string): Buffer | undefined {
  return (
    readPlain(below(attemptDir, name)) ??
    bufferOf(openArchive(attemptDir)?.get(name)) ??
    readCompressed(attemptDir, name) ??
    // An attempt that was unpacked in this moment has no archive any more.
    readPlain(join(attemptDir, name))
  );
}

/** Whether an attempt has a file of this name; a pruned one has none. Raises what reading the archive raises. */
export function hasAttemptFile(attemptDir: string, name: string): boolean {
  if (readPruned(attemptDir) !== undefined) return false;
  const isThere = (path: string): boolean => isPlain(below(attemptDir, path));
  return isThere(name) || isThere(`${name}.zst`) || openArchive(attemptDir)?.has(name) === true;
}

/** Names of all files of an attempt, in order; of those in a folder of it, `below`, as they are named there. */
export function attemptFileNames(attemptDir: string, below?: string): Set<string> {
  if (readPruned(attemptDir) !== undefined) return new Set();
  const plain = filesBelow(attemptDir).files.map((name) => name.replace(/^(files\/.*)\.zst$/, '$1'));
  const all = [...plain, ...(openArchive(attemptDir)?.keys() ?? [])].sort();
  if (below === undefined) return new Set(all);
  return new Set(all.filter((name) => name.startsWith(`${below}/`)).map((name) => name.slice(below.length + 1)));
}

/** Links that an attempt has captures of, in order. */
export function capturedLinks(attemptDir: string): string[] {
  const files = [...attemptFileNames(attemptDir, 'links')];
  return files.filter((name) => name.endsWith('.pcapng')).map((name) => name.replace(/\.pcapng$/, ''));
}

/** Reads and checks a JSON file of an attempt; a missing one is an error too. Every error names the file. */
export function readAttemptJson<T>(attemptDir: string, name: string, check: Check<T>): T {
  const file = join(attemptDir, name);
  const bytes = readAttemptFile(attemptDir, name);
  if (bytes === undefined) throw new EspalierError('infrastructure', 'does not exist', { file });
  return parseJson(bytes.toString('utf8'), check, file);
}

/** Earlier versions compressed big files below `files/` one by one. */
function readCompressed(attemptDir: string, name: string): Buffer | undefined {
  const file = join(attemptDir, `${name}.zst`);
  const bytes = readPlain(file);
  return bytes && decompress(bytes, file);
}

function bufferOf(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
