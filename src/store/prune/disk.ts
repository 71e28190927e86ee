import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a file or folder takes on disk, with all that is in it: bytes in whole blocks, as `du` counts. Nothing where it is not. */
export function bytesOnDisk(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  const names = stat.isDirectory() ? namesIn(path) : [];
  return names.reduce((sum, name) => sum + bytesOnDisk(join(path, name)), stat.blocks * 512);
}

/** Names in a folder; none where it is not, or goes away in this moment. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** How many files or folders were removed, or would be, and what they took on disk, bytes. */
export interface Removed {
  readonly count: number;
  readonly bytes: number;
}

/** Removes files and folders. */
export function removeFromDisk(paths: readonly string[], dryRun: boolean): Removed {
  const bytes = paths.reduce((sum, path) => sum + bytesOnDisk(path), 0);
  for (const path of dryRun ? [] : paths) rmSync(path, { recursive: true, force: true });
  return { count: paths.length, bytes };
}

/** The value in the middle; `undefined` of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
