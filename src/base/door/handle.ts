/**
 * The door to trees that strangers may have made: runs, suites, archives. Every file below them is reached through a handle on
 * its folder, and no symbolic link is followed on the way. Node has no openat(2): the kernel is asked after opening, by the name
 * of the handle in /proc/self/fd, what was opened; what comes next goes through that handle, so that a folder which is swapped
 * for a link in between changes nothing. Callers name the tree by its real path (`realRoot`).
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EspalierError } from '../errors.ts';
import { excerptOf, isFileName, isNameBelow } from '../text.ts';

/**
 * O_PATH (asm-generic/fcntl.h), which Node does not name: opens the place and not what is there. No FIFO blocks, no device
 * is started, and no permission to read is needed.
 */
const placeOnly = 0o10000000;

/** Names come from files that Espalier wrote, and that were changed since. */
const correctName = 'a file that names it was changed: copy the run again from where it came';

/** A place in the file system that stays the same whatever is renamed around it, until disposed of. */
export class Handle implements Disposable {
  /** Absolute, for messages. */
  readonly path: string;
  readonly stat: Stats;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number, stat: Stats) {
    this.path = path;
    this.#descriptor = descriptor;
    this.stat = stat;
  }

  /** Path by which system calls reach this very place. */
  get itself(): string {
    return `/proc/self/fd/${this.#descriptor}`;
  }

  /** Path by which system calls reach a name in this folder. Raises `infrastructure` for what is not one name. */
  at(name: string): string {
    if (!isFileName(name)) throw refusal(join(this.path, name), 'is not the name of a file', correctName);
    return `${this.itself}/${name}`;
  }

  /** The same of a name as the folder itself lists it. */
  atBytes(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.itself}/`), name]);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** The kernel's own name for what was opened: whatever links the way there had, it is without them. */
export function nameOf(descriptor: number): string {
  return readlinkSync(`/proc/self/fd/${descriptor}`);
}

/**
 * Takes a handle on what opening a path gives, unless `check` raises an error about it. `place` is its name in messages. Errors of
 * the system pass as they are.
 */
export function take(
  opened: string | Buffer,
  place: string,
  { flags = 0, check }: { readonly flags?: number; readonly check?: (descriptor: number) => void },
): Handle {
  const descriptor = openSync(opened, placeOnly | flags);
  try {
    check?.(descriptor);
    return new Handle(place, descriptor, fstatSync(descriptor));
  } catch (cause) {
    closeSync(descriptor);
    throw cause;
  }
}

/** Somebody removed a file while it was opened here: the kernel names it otherwise then, and nothing is there. */
class Unlinked extends Error {
  readonly code = 'ENOENT';
}

/**
 * Takes a handle on what is at a path, of whatever kind; `undefined` where there is nothing. A link at its end is not
 * followed: the handle is the link's. Raises `infrastructure` where the path leads through a link.
 */
export function handleOn(path: string): Handle | undefined {
  const place = resolve(path);
  return takeIfThere(place, place, (descriptor) => {
    if (nameOf(descriptor) === place) return;
    if (fstatSync(descriptor).nlink === 0) throw new Unlinked(place);
    const remedy = 'put what the link leads to in its place';
    throw refusal(place, 'leads through a symbolic link, which is not followed', remedy);
  });
}

/** The same of a name in a folder that a handle is held on; names are bytes, and need not be text. */
export function handleIn(folder: Handle, name: string | Buffer): Handle | undefined {
  return takeIfThere(typeof name === 'string' ? folder.at(name) : folder.atBytes(name), `${folder.path}/${name}`);
}

function takeIfThere(opened: string | Buffer, place: string, check?: (descriptor: number) => void): Handle | undefined {
  try {
    return take(opened, place, { flags: constants.O_NOFOLLOW, ...(check && { check }) });
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw failed(cause, place, 'cannot be opened');
  }
}

/** The same of a folder. Raises `infrastructure` for anything else. */
export function folderAt(path: string): Handle | undefined {
  const handle = handleOn(path);
  if (handle === undefined || handle.stat.isDirectory()) return handle;
  handle[Symbol.dispose]();
  throw refusal(path, `is ${kindOf(handle.stat)}, not a folder`, 'remove it, or put a folder in its place');
}

/** The folder that a path's last name is in, and that name. */
export function parentOf(path: string): { readonly folder: Handle | undefined; readonly name: string } {
  const place = resolve(path);
  return { folder: folderAt(dirname(place)), name: basename(place) };
}

/** The path of what a tree calls `name`, parts joined by `/`. Raises `infrastructure` for a name that leads out of the tree. */
export function below(root: string, name: string): string {
  if (isNameBelow(name)) return join(root, name);
  throw refusal(root, `${excerptOf(name)} is not the name of a file in it`, correctName);
}

/** The real path of a tree that a person named: links on the way to it are theirs. What is not there yet, or may not be looked at, keeps its name. */
export function realRoot(path: string): string {
  const place = resolve(path);
  try {
    return realpathSync(place);
  } catch (cause) {
    const parent = dirname(place);
    const isHidden = isMissing(cause) || (cause as NodeJS.ErrnoException).code === 'EACCES';
    if (!isHidden || parent === place) throw failed(cause, place, 'cannot be opened');
    return join(realRoot(parent), basename(place));
  }
}

/** What a thing is, for messages. */
export function kindOf(stat: Stats): string {
  if (stat.isFile()) return 'a file';
  if (stat.isDirectory()) return 'a folder';
  if (stat.isSymbolicLink()) return 'a symbolic link';
  if (stat.isFIFO()) return 'a FIFO';
  return stat.isSocket() ? 'a socket' : 'a device';
}

/** ENOTDIR: what should be a folder is a file, so there is nothing below it. A name that is too long is nobody's. */
export function isMissing(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((cause as NodeJS.ErrnoException).code ?? '');
}

/** What to do about what no tree of Espalier has: it came from elsewhere. */
export const foreignRemedy = 'remove it: Espalier makes plain files and folders only';

/** What the door does not let through, and what a person can do about it. */
export function refusal(file: string, message: string, remedy: string): EspalierError {
  return new EspalierError('infrastructure', message, { file, remedy });
}

/** An error of a system call by the path that people know, not by that of the handle. */
export function failed(cause: unknown, file: string, what: string): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  return new EspalierError('infrastructure', `${what}: ${cause.message.split(', ')[0]}`, { file, cause });
}
