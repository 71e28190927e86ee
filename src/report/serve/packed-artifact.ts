import { join } from 'node:path';
import { below } from '../../base/door/handle.ts';
import { limits } from '../../base/door/limits.ts';
import { openArchiveLater } from '../../store/open-archive.ts';
import { prunedName, prunedOf } from '../../store/pruned.ts';
import { openBelow } from './files-below.ts';

/** An artifact that does not lie as a file of its own: its bytes, or why it is no more. */
export type PackedArtifact = { readonly bytes: Uint8Array } | { readonly gone: string };

/**
 * Looks for a file of an attempt, by its percent-encoded path below a run's `attempts/`, in the attempt's archive, and for what
 * was said when the attempt was pruned. Raises an `infrastructure` error for an archive or a mark that cannot be read.
 */
export async function packedArtifact(attempts: string, path: string): Promise<PackedArtifact | undefined> {
  const [, folder = '', rest = ''] = /^([^/]+\/[^/]+\/\d{1,6})\/(.+)$/.exec(path) ?? [];
  if (folder === '' || isFile(attempts, path)) return undefined;
  const mark = readBelow(attempts, `${folder}/${prunedName}`);
  if (mark !== undefined) return { gone: prunedOf(mark.toString('utf8'), join(attempts, folder, prunedName)).text };
  const dir = below(attempts, folder.split('/').map(decoded).join('/'));
  const bytes = (await openArchiveLater(dir))?.get(decoded(rest));
  return bytes && { bytes };
}

function isFile(root: string, path: string): boolean {
  using file = openBelow(root, path);
  return file !== undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function readBelow(root: string, path: string): Buffer | undefined {
  using file = openBelow(root, path);
  return file === undefined || file.bytes > limits.mark ? undefined : file.read();
}
