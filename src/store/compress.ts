import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { temporaryBeside } from '../base/files.ts';

/** Files smaller than this are read as they are. */
const worthwhile = 64 * 1024;

/** Replaces big files below `dir` by `<name>.zst`. Level 1: a daemon's log shrinks tenfold either way. */
export async function compressBig(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.endsWith('.zst')) continue;
    if ((await stat(path)).size >= worthwhile) await compress(path);
  }
}

async function compress(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
  try {
    await pipeline(createReadStream(path), createZstdCompress(level), createWriteStream(temporary));
    await rename(temporary, `${path}.zst`);
    await rm(path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}
