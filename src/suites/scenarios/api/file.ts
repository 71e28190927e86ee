import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import type { PlacedContent } from '../../../daemons/host.ts';
import { callerOrigin, fileOf } from './origin.ts';

/** Files that were read since a scenario file began to load; `undefined`: none is loading. */
let reading: Set<string> | undefined;

/** Runs a file's top level and returns what it read by `file`: its scenarios depend on it. Not for scenarios; one call at a time. */
export async function filesRead(load: () => Promise<unknown>): Promise<readonly string[]> {
  const found = new Set<string>();
  reading = found;
  try {
    await load();
  } finally {
    reading = undefined;
  }
  return [...found];
}

/**
 * A file from disk for a host's `files`, byte for byte: `{ '/etc/swanctl/swanctl.conf': file('swanctl.conf') }`. The path is relative to
 * the folder of the file that calls. Its content belongs to the scenario: a replay wants it unchanged. Raises `usage` where it cannot
 * be read.
 */
export function file(path: string, { mode = 0o644 }: { readonly mode?: number } = {}): PlacedContent {
  const origin = callerOrigin();
  const full = resolve(dirname(fileOf(origin)), path);
  try {
    const content = readFileSync(full);
    reading?.add(full);
    return { content, mode };
  } catch (cause) {
    const remedy = 'paths of `file` are relative to the folder of the scenario file';
    throw new EspalierError('usage', `${path} cannot be read: ${(cause as Error).message}`, {
      ...origin,
      remedy,
      cause,
    });
  }
}
