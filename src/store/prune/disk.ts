import { bytesOnDisk, removeTree } from '../../base/door/folders.ts';

/** How many files or folders were removed, or would be, and what they took on disk, bytes. */
export interface Removed {
  readonly count: number;
  readonly bytes: number;
}

/** Removes files and folders. */
export function removeFromDisk(paths: readonly string[], dryRun: boolean): Removed {
  const bytes = paths.reduce((sum, path) => sum + bytesOnDisk(path), 0);
  for (const path of dryRun ? [] : paths) removeTree(path);
  return { count: paths.length, bytes };
}

/** The value in the middle; `undefined` of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
