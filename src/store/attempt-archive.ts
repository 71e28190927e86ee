import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { EspalierError } from '../base/errors.ts';
import { temporaryBeside } from '../base/files.ts';
import { archiveName, decompress, filesBelow, largestContent, openArchive } from './attempt-files.ts';
import { prunedName } from './pruned.ts';
import { isNameBelow, type TarEntries, writeTar } from './tar.ts';

/** Files that stay files: what readers of a whole run want of each attempt, and what is not the attempt's. */
const staysPlain = /^(?:attempt\.json|verdict\.json|lab\/.*|derived\/links\..*|.*\.\d+-[0-9a-f]{8}\.tmp)$/s;

/** Level 3; higher ones cost twice the time and more for a twentieth of the size. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

/** An attempt as it would be packed. */
export interface Packing {
  /** Files that go into the archive, by the names that they have now. */
  readonly plain: readonly string[];
  /** Content of the archive; `undefined`: as it is. */
  readonly archive: Buffer | undefined;
}

/**
 * Puts an attempt's files into its archive and removes them. The archive stands whole and on the disk before the first file goes:
 * a process that is killed leaves files, archive, or both, and readers take either. Raises an `infrastructure` error, and changes
 * nothing, where the attempt holds more than plain files, or too much.
 */
export async function packAttempt(attemptDir: string): Promise<void> {
  const { plain, archive } = await preparePacking(attemptDir);
  if (archive !== undefined) await writeDurably(join(attemptDir, archiveName), archive);
  removeFiles(attemptDir, plain);
}

/** Makes the archive in memory. Raises what `packAttempt` raises. */
export async function preparePacking(attemptDir: string): Promise<Packing> {
  const { files, foreign } = filesBelow(attemptDir);
  const plain = files.filter((name) => name !== archiveName && name !== prunedName && !staysPlain.test(name));
  const strange = [...foreign.filter((name) => !staysPlain.test(name)), ...plain.filter((name) => !isNameBelow(name))];
  if (strange[0] !== undefined) throw unpackable(join(attemptDir, strange[0]), 'is not a plain file');
  const before = openArchive(attemptDir);
  if (plain.length === 0) return { plain, archive: undefined };
  const entries = new Map(before ?? []);
  for (const [name, bytes] of await readAll(attemptDir, plain)) entries.set(name, bytes);
  if (before !== undefined && sameEntries(before, entries)) return { plain, archive: undefined };
  return { plain, archive: await promisify(zstdCompress)(writeTar(entries), compression) };
}

/** Contents by name; what an earlier version compressed on its own is decompressed. */
async function readAll(attemptDir: string, names: readonly string[]): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  let size = 0;
  for (const name of names) {
    const ownName = /^(files\/.*)\.zst$/s.exec(name)?.[1];
    if (ownName !== undefined && names.includes(ownName)) continue;
    const bytes = await readOne(attemptDir, name, largestContent - size);
    size += bytes.length;
    contents.set(ownName ?? name, bytes);
  }
  return contents;
}

async function readOne(attemptDir: string, name: string, left: number): Promise<Buffer> {
  const path = join(attemptDir, name);
  try {
    if (lstatSync(path).size > left) throw unpackable(attemptDir, `holds more than ${largestContent >> 20} MiB`);
    const bytes = await readFile(path);
    return /^files\/.*\.zst$/s.test(name) ? decompress(bytes, path) : bytes;
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw unpackable(path, `cannot be read (${(cause as Error).message})`);
  }
}

function unpackable(file: string, why: string): EspalierError {
  return new EspalierError('infrastructure', `${why}, so the attempt stays as it is`, { file });
}

function sameEntries(one: TarEntries, other: TarEntries): boolean {
  return (
    one.size === other.size && [...one].every(([name, bytes]) => Buffer.from(bytes).equals(other.get(name) ?? none))
  );
}

const none = Buffer.from('no such file');

/** Writes a file that stands whole and on the disk when this returns. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, 'w', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/** A rename is on the disk when its folder is. */
function syncFolder(dir: string): void {
  const descriptor = openSync(dir, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes files by name, and folders that are empty. */
export function removeFiles(attemptDir: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(attemptDir, name), { force: true });
  for (const folder of filesBelow(attemptDir).folders.reverse()) {
    try {
      rmdirSync(join(attemptDir, folder));
    } catch {
      // Holds what nobody has put into the archive.
    }
  }
}

/** Makes files of an attempt's archive again, and removes it when all are there. Files that are there already count. */
export async function unpackAttempt(attemptDir: string): Promise<void> {
  const entries = openArchive(attemptDir);
  if (entries === undefined) return;
  const present = new Set(filesBelow(attemptDir).files);
  const root = realpathSync(attemptDir);
  for (const [name, bytes] of entries) {
    if (present.has(name)) continue;
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (realpathSync(dirname(path)) !== dirname(path)) {
      throw new EspalierError('infrastructure', 'leads through a symbolic link, so nothing is unpacked', {
        file: path,
      });
    }
    await writeDurably(path, bytes);
  }
  rmSync(join(attemptDir, archiveName));
}
