import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { EspalierError } from '../../base/errors.ts';
import { readTar, writeTar } from '../../store/tar.ts';

/** Bytes that an archive of another machine may unpack to. */
export const largestArchive = 128 * 1024 * 1024;

/** Files as one content. */
export function packFiles(entries: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  return promisify(zstdCompress)(writeTar(entries));
}

/** The files of such a content. Raises `infrastructure` for what is none, or too large; `what` is named. */
export async function unpackFiles(bytes: Uint8Array, what: string): Promise<Map<string, Uint8Array>> {
  try {
    return readTar(await promisify(zstdDecompress)(bytes, { maxOutputLength: largestArchive }));
  } catch (cause) {
    throw new EspalierError('infrastructure', `${what} cannot be unpacked: ${(cause as Error).message}`, { cause });
  }
}
