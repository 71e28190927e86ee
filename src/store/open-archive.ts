import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { readPlain, statePlain } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { makeAgain, readTar } from './tar.ts';

/** One file for what a passing attempt left: a tar archive, compressed with Zstandard. `tar xf` opens it. */
export const archiveName = 'artifacts.tar.zst';

/** What an archive, or a file that earlier versions compressed, may unpack to, bytes. A larger attempt is never packed. */
export const largestContent = 128 * 1024 * 1024;

/** In large pieces: each of them is an object of its own until all are there. */
const decompression = { maxOutputLength: largestContent, chunkSize: 1024 * 1024 };

type Entries = ReadonlyMap<string, Uint8Array>;

/** An archive as it was read last, or why it cannot be read: a small one may take a second to find that out. */
interface Opened {
  readonly stamp: string;
  readonly found: Entries | EspalierError;
  /** Bytes of its contents. */
  readonly size: number;
}

/** Readers ask for one file of an attempt after the other. */
const opened = new Map<string, Opened>();
/** So many bytes of contents are kept, or one archive. */
const keptContent = 64 * 1024 * 1024;
/** So many archives, those that cannot be read among them. */
const keptArchives = 1000;

/** The files of an attempt's archive; `undefined` where there is none. Raises `infrastructure` for one that cannot be read. */
export function openArchive(attemptDir: string): Entries | undefined {
  const place = placeOf(attemptDir);
  if (place === undefined || place.known !== undefined) return place?.known && entriesOf(place.known);
  return entriesOf(
    remember(
      place,
      attempted(() => filesOfTar(decompress(place.bytes, place.file), place.file)),
    ),
  );
}

/** The same while others go on: a small archive may unpack to much. */
export async function openArchiveLater(attemptDir: string): Promise<Entries | undefined> {
  const place = placeOf(attemptDir);
  if (place === undefined || place.known !== undefined) return place?.known && entriesOf(place.known);
  const { file } = place;
  const unpacked = await promisify(zstdDecompress)(place.bytes, decompression).catch((cause) =>
    unreadable(file, cause),
  );
  const found = unpacked instanceof EspalierError ? unpacked : attempted(() => filesOfTar(unpacked, file));
  return entriesOf(remember(place, found));
}

/** An archive that is there: as it is known, or its bytes. */
type Place = { readonly file: string; readonly stamp: string } & (
  | { readonly known: Opened; readonly bytes?: never }
  | { readonly known?: never; readonly bytes: Buffer }
);

function placeOf(attemptDir: string): Place | undefined {
  const file = join(attemptDir, archiveName);
  const stamp = statePlain(file)?.stamp;
  if (stamp === undefined) return undefined;
  const known = opened.get(file);
  if (known?.stamp === stamp) return { file, stamp, known };
  const bytes = readPlain(file);
  return bytes && { file, stamp, bytes };
}

function entriesOf({ found }: Opened): Entries {
  if (found instanceof EspalierError) throw found;
  return found;
}

function attempted(work: () => Entries): Entries | EspalierError {
  try {
    return work();
  } catch (error) {
    if (error instanceof EspalierError) return error;
    throw error;
  }
}

function remember({ file, stamp }: Place, found: Entries | EspalierError): Opened {
  const contents = found instanceof EspalierError ? [] : [...found.values()];
  const entry = { stamp, found, size: contents.reduce((sum, { length }) => sum + length, 0) };
  opened.delete(file);
  opened.set(file, entry);
  let [size, count] = [entry.size, 1];
  for (const [path, { size: other }] of [...opened].reverse().slice(1)) {
    size += other;
    count += 1;
    if (size > keptContent || count > keptArchives) opened.delete(path);
  }
  return entry;
}

function filesOfTar(unpacked: Uint8Array, file: string): Entries {
  try {
    return readTar(unpacked);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    throw new EspalierError(error.fault, error.message, { ...error.detail, file, cause: error });
  }
}

/** Decompresses Zstandard. `file` is named in the error for bytes that are damaged, or would become too many. */
export function decompress(bytes: Uint8Array, file: string): Buffer {
  try {
    return zstdDecompressSync(bytes, decompression);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): EspalierError {
  const message = `cannot be read: ${(cause as Error).message}`;
  return new EspalierError('infrastructure', message, { file, cause, remedy: makeAgain });
}
