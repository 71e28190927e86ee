import { createReadStream, statSync } from 'node:fs';
import { sha256, sha256File } from '../../base/files.ts';
import type { Blob } from './protocol.ts';

/** A content that can be sent, as often as it takes. */
export interface BlobSource extends Blob {
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** Bytes in memory. */
export function bytesSource(bytes: Uint8Array): BlobSource {
  return {
    sha256: sha256(bytes),
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

const known = new Map<string, { readonly stamp: string; readonly sha256: string }>();

/** A file; its hash is found once for as long as it is the same file. */
export async function fileSource(path: string): Promise<BlobSource> {
  const { dev, ino, size, mtimeMs } = statSync(path);
  const stamp = `${dev} ${ino} ${size} ${mtimeMs}`;
  const found = known.get(path);
  const hash = found?.stamp === stamp ? found.sha256 : await sha256File(path);
  known.set(path, { stamp, sha256: hash });
  return { sha256: hash, size, open: () => createReadStream(path) };
}
