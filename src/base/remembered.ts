import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256, writeAtomic } from './files.ts';

/** Bytes of a hash in hex, which stands before what is remembered. */
const hashLength = 64;

/** What `remember` kept under this path; `undefined` where there is nothing, or it was damaged. */
export function recall(path: string): Uint8Array | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const content = bytes.subarray(hashLength);
  return bytes.toString('latin1', 0, hashLength) === sha256(content) ? content : undefined;
}

/**
 * Keeps in the cache what can be found again. What stands in its place is removed: it is none of what the cache keeps there. A cache that cannot
 * be written costs time and nothing else.
 */
export function remember(path: string, content: Uint8Array): void {
  const bytes = Buffer.concat([Buffer.from(sha256(content)), content]);
  try {
    try {
      writeAtomic(path, bytes);
    } catch {
      clearPlace(path);
      writeAtomic(path, bytes);
    }
  } catch {
    // It is found again the next time.
  }
}

/** Removes a folder that has the name of a file, and a file that has the name of its folder. */
function clearPlace(path: string): void {
  const folder = dirname(path);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  rmSync(isFolder ? path : folder, { recursive: isFolder, force: true });
}
