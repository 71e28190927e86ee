import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { filesBelow, removeEmptyFolder, removeTree } from '../base/door/folders.ts';
import { readPlain } from '../base/door/read.ts';
import { writePlain } from '../base/door/write.ts';
import { EspalierError } from '../base/errors.ts';
import { isNameBelow } from '../base/text.ts';
import { archiveName, decompress, largestContent, openArchive } from './open-archive.ts';
import { prunedName } from './pruned.ts';
import { mostFiles, type TarEntries, writeTar } from './tar.ts';

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
  if (archive !== undefined) writePlain(join(attemptDir, archiveName), archive, { durable: true });
  removeFiles(attemptDir, plain);
}

/** Makes the archive in memory. Raises what `packAttempt` raises. */
export async function preparePacking(attemptDir: string): Promise<Packing> {
  const { files, foreign } = filesBelow(attemptDir);
  const plain = files.filter((name) => name !== archiveName && name !== prunedName && !staysPlain.test(name));
  const strange = [...foreign.filter((name) => !staysPlain.test(name)), ...plain.filter((name) => !isNameBelow(name))];
  if (strange[0] !== undefined) throw unpackable(join(attemptDir, strange[0]), 'is not a plain file');
  if (plain.length > mostFiles) throw unpackable(attemptDir, `holds more than ${mostFiles} files`);
  const before = openArchive(attemptDir);
  if (plain.length === 0) return { plain, archive: undefined };
  const entries = new Map(before ?? []);
  for (const [name, bytes] of readAll(attemptDir, plain)) entries.set(name, bytes);
  if (before !== undefined && sameEntries(before, entries)) return { plain, archive: undefined };
  return { plain, archive: await promisify(zstdCompress)(writeTar(entries), compression) };
}

/** Contents by name; what an earlier version compressed on its own is decompressed. */
function readAll(attemptDir: string, names: readonly string[]): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let size = 0;
  for (const name of names) {
    const ownName = /^(files\/.*)\.zst$/s.exec(name)?.[1];
    if (ownName !== undefined && names.includes(ownName)) continue;
    const bytes = readOne(attemptDir, name, largestContent - size);
    size += bytes.length;
    contents.set(ownName ?? name, bytes);
  }
  return contents;
}

function readOne(attemptDir: string, name: string, left: number): Buffer {
  const path = join(attemptDir, name);
  const bytes = readPlain(path);
  if (bytes === undefined) throw unpackable(path, 'is gone');
  const content = /^files\/.*\.zst$/s.test(name) ? decompress(bytes, path) : bytes;
  if (content.length > left) throw unpackable(attemptDir, `holds more than ${largestContent >> 20} MiB`);
  return content;
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

/** Removes files by name, and folders that are empty. */
export function removeFiles(attemptDir: string, names: readonly string[]): void {
  for (const name of names) removeTree(join(attemptDir, name));
  // One that is not empty holds what nobody has put into the archive.
  for (const folder of filesBelow(attemptDir).folders.reverse()) removeEmptyFolder(join(attemptDir, folder));
}

/** Makes files of an attempt's archive again, and removes it when all are there. Files that are there already count. */
export async function unpackAttempt(attemptDir: string): Promise<void> {
  const entries = openArchive(attemptDir);
  if (entries === undefined) return;
  const present = new Set(filesBelow(attemptDir).files);
  for (const [name, bytes] of entries) {
    if (!present.has(name)) writePlain(join(attemptDir, name), bytes, { durable: true });
  }
  removeTree(join(attemptDir, archiveName));
}
