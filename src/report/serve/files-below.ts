import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A file that was opened for reading; whoever gets it closes it. */
export interface OpenFile {
  readonly descriptor: number;
  readonly bytes: number;
}

/** Names of a percent-encoded path; `undefined` where one of them could mean anything but a name below. */
function namesOf(path: string): string[] | undefined {
  try {
    const names = path.split('/').map(decodeURIComponent);
    return names.every((name) => !/^\.{0,2}$|[/\\\0]/.test(name)) ? names : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Opens a regular file below `root` by a percent-encoded path. Nothing else is ever opened for long: the kernel is asked what
 * was opened, so that no symbolic link, wherever it stands and whenever it is put there, leads anywhere.
 */
export function openBelow(root: string, path: string): OpenFile | undefined {
  const names = namesOf(path);
  if (names === undefined) return undefined;
  let descriptor: number | undefined;
  try {
    const wanted = join(realpathSync(root), ...names);
    descriptor = openSync(wanted, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    if (stat.isFile() && readlinkSync(`/proc/self/fd/${descriptor}`) === wanted)
      return { descriptor, bytes: stat.size };
  } catch {
    // Not there, a link, or not readable: all the same to who asks.
  }
  if (descriptor !== undefined) closeSync(descriptor);
  return undefined;
}
