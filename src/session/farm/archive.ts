import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { EspalierError, type Fault } from '../../base/errors.ts';
import { mostFiles, readTar, writeTar } from '../../store/tar.ts';

/** Bytes that an archive may unpack to: whoever packs one keeps to it, whoever gets one refuses more. */
export const largestArchive = 128 * 1024 * 1024;

/** What is packed, for messages, and whose fault it is if it is too large. */
export interface Packed {
  readonly what: string;
  readonly fault: Fault;
}

/** Files as one content. Raises the given fault for what no other machine would take. */
export async function packFiles(entries: ReadonlyMap<string, Uint8Array>, packed: Packed): Promise<Buffer> {
  const size = [...entries.values()].reduce((sum, { length }) => sum + length, 0);
  if (size > largestArchive || entries.size > mostFiles) throw tooLarge(packed, entries.size, size);
  const tar = writeTar(entries);
  if (tar.length > largestArchive) throw tooLarge(packed, entries.size, tar.length);
  return promisify(zstdCompress)(tar);
}

function tooLarge({ what, fault }: Packed, files: number, size: number): EspalierError {
  const message = `${what}: ${files} files with ${Math.ceil(size / 1024 ** 2)} MiB are too much for a farm, which takes up to ${mostFiles} files and ${largestArchive / 1024 ** 2} MiB`;
  return new EspalierError(fault, message);
}

/** The files of such a content. Raises `infrastructure` for what is none, or too large; `what` is named. */
export async function unpackFiles(bytes: Uint8Array, what: string): Promise<Map<string, Uint8Array>> {
  try {
    return readTar(await promisify(zstdDecompress)(bytes, { maxOutputLength: largestArchive }));
  } catch (cause) {
    throw new EspalierError('infrastructure', `${what} cannot be unpacked: ${(cause as Error).message}`, { cause });
  }
}
