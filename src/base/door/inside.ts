/**
 * The same door for trees in which links may lead from one place to another, as suites have them. The kernel follows the links;
 * what it opened is asked for afterwards, through the handle, and taken only where it lies in the tree. Nothing is read, and no
 * special file is started, before that is known.
 */
import { constants, type Dirent, openSync, readdirSync } from 'node:fs';
import { EspalierError } from '../errors.ts';
import { type Handle, kindOf, nameOf, take } from './handle.ts';
import { OpenFile } from './open-file.ts';

/**
 * Takes a handle on what is at a path, through links that stay below `root`, which is a real path. Raises `scenario` where there is
 * nothing, where links go round, or lead out of the tree.
 */
export function handleInside(root: string, path: string): Handle {
  const check = (descriptor: number): void => {
    const real = nameOf(descriptor);
    if (real === root || real.startsWith(`${root}/`)) return;
    throw new EspalierError('scenario', 'is a link that leads out of the suite, and is not followed', { file: path });
  };
  try {
    return take(path, path, { check });
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw new EspalierError('scenario', reasonOf(cause), { file: path, cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist, or is a link to nothing',
  ENOTDIR: 'lies below what is not a folder',
  ELOOP: 'is a link that leads round in a circle',
  ENAMETOOLONG: 'has a name that is too long',
  EACCES: 'may not be read',
};

function reasonOf(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return reasons[code] ?? `cannot be opened: ${message.split(', ')[0]}`;
}

/** Reads a regular file; raises `scenario` for anything else, and for more than `most` bytes unless `cut`: then these are read. */
export function readInside({ stat, path, itself }: Handle, most: number, cut = false): Buffer {
  if (!stat.isFile()) throw new EspalierError('scenario', `is ${kindOf(stat)}, not a file`, { file: path });
  if (stat.size > most && !cut) {
    throw new EspalierError('scenario', `has ${stat.size} bytes, the limit is ${most}`, { file: path });
  }
  try {
    using file = new OpenFile(openSync(itself, constants.O_RDONLY), stat);
    return file.read(0, most);
  } catch (cause) {
    throw new EspalierError('scenario', reasonOf(cause), { file: path, cause });
  }
}

/** Entries of a folder with their names as bytes, in order of these. Raises `scenario` for what is no folder, or may not be read. */
export function entriesInside({ stat, path, itself }: Handle): Dirent<Buffer>[] {
  if (!stat.isDirectory()) throw new EspalierError('scenario', `is ${kindOf(stat)}, not a folder`, { file: path });
  try {
    const entries = readdirSync(itself, { encoding: 'buffer', withFileTypes: true });
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  } catch (cause) {
    throw new EspalierError('scenario', reasonOf(cause), { file: path, cause });
  }
}
