import { isUtf8 } from 'node:buffer';
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { type Handle, kindOf } from '../base/door/handle.ts';
import { entriesInside, handleInside, readInside } from '../base/door/inside.ts';
import { EspalierError } from '../base/errors.ts';
import { SeenFiles } from './seen-files.ts';

/** Bytes of a file of a test. The largest real ones have less than one million. */
const largest = 16 * 1024 * 1024;
/** Entries of one folder, and of one tree of a test. */
const mostEntries = 20_000;
/** Folders within folders. */
const deepest = 32;

/** What a folder holds under one name. */
export interface SuiteEntry {
  readonly name: string;
  /** Behind links. `broken`: it is neither, or a link that leads nowhere, or out of the suite; `why` says what. */
  readonly kind: 'file' | 'folder' | 'broken';
  /** The entry itself is a symbolic link. */
  readonly isLink: boolean;
  readonly why?: string;
}

/**
 * The files of a suite, which anybody may have made. A link that stays in the suite is followed; what it leads to elsewhere is
 * not read. What cannot be read raises `scenario`: it costs the test that has it.
 */
export class SuiteFiles {
  /** As it was given. */
  readonly dir: string;
  readonly #root: string;
  /** All that was asked for so far. */
  readonly seen: SeenFiles;

  /** Raises `usage` where there is no such folder. */
  constructor(dir: string, seen = new SeenFiles(performance.timeOrigin)) {
    this.dir = dir;
    this.seen = seen;
    try {
      this.#root = realpathSync(dir);
    } catch (cause) {
      throw new EspalierError('usage', `cannot be opened: ${(cause as Error).message}`, { file: dir, cause });
    }
  }

  /** Bytes of a file, by its path. */
  read(path: string, most = largest): Buffer {
    using place = this.#handle(path);
    return readInside(place, most);
  }

  /** The first bytes of a file. */
  beginning(path: string, most: number): Buffer {
    using place = this.#handle(path);
    return readInside(place, most, true);
  }

  /** Text of a file in UTF-8. */
  text(path: string, most = largest): string {
    const bytes = this.read(path, most);
    if (!isUtf8(bytes)) throw new EspalierError('scenario', 'is not text in UTF-8', { file: path });
    return bytes.toString('utf8');
  }

  /** Permissions of a file. */
  mode(path: string): number {
    using place = this.#handle(path);
    return place.stat.mode & 0o777;
  }

  /** True for a regular file of the suite, or a link to one. */
  isFile(path: string): boolean {
    return this.#look(path).kind === 'file';
  }

  /** True where there is anything, be it broken. */
  exists(path: string): boolean {
    const entry = entryAt(path);
    if (entry?.isSymbolicLink()) this.seen.seeUnsure();
    else this.seen.see(path, entry);
    return entry !== undefined;
  }

  /** True for a folder of the suite, or a link to one. */
  isFolder(path: string): boolean {
    return this.#look(path).kind === 'folder';
  }

  /** What a folder holds, in order. */
  entries(path: string): SuiteEntry[] {
    using place = this.#handle(path);
    const entries = entriesInside(place);
    if (entries.length > mostEntries) {
      throw new EspalierError('scenario', `holds ${entries.length} files, the limit is ${mostEntries}`, { file: path });
    }
    return entries.map((entry): SuiteEntry => {
      const name = entry.name.toString('utf8');
      if (!isUtf8(entry.name)) {
        return {
          name: nameOfBytes(entry.name),
          isLink: false,
          kind: 'broken',
          why: 'has a name that is not text in UTF-8',
        };
      }
      // No link, in a folder that lies in the suite: it does too, and need not be opened.
      if (entry.isFile()) return { name, isLink: false, kind: 'file' };
      if (entry.isDirectory()) return { name, isLink: false, kind: 'folder' };
      return { name, isLink: entry.isSymbolicLink(), ...this.#look(join(path, name)) };
    });
  }

  /** All files below a folder, by path, in order. Raises `scenario` for anything that is broken, and for a tree without end. */
  filesBelow(path: string, depth = 0, count = { left: mostEntries }): string[] {
    if (depth > deepest) throw new EspalierError('scenario', `lies in more than ${deepest} folders`, { file: path });
    return this.entries(path).flatMap(({ name, kind, why }) => {
      const below = join(path, name);
      count.left -= 1;
      if (count.left < 0)
        throw new EspalierError('scenario', `a tree of more than ${mostEntries} files`, { file: below });
      if (kind === 'broken') throw new EspalierError('scenario', why ?? '', { file: below });
      return kind === 'folder' ? this.filesBelow(below, depth + 1, count) : [below];
    });
  }

  /** What is not there may come; of what else is refused a change might not be noticed. */
  #handle(path: string): Handle {
    try {
      const handle = handleInside(this.#root, path);
      this.seen.see(path, handle.stat);
      return handle;
    } catch (error) {
      if (entryAt(path) === undefined) this.seen.see(path, undefined);
      else this.seen.seeUnsure();
      throw error;
    }
  }

  #look(path: string): Pick<SuiteEntry, 'kind' | 'why'> {
    try {
      using place = this.#handle(path);
      if (place.stat.isFile()) return { kind: 'file' };
      return place.stat.isDirectory() ? { kind: 'folder' } : { kind: 'broken', why: `is ${kindOf(place.stat)}` };
    } catch (error) {
      if (!(error instanceof EspalierError)) throw error;
      return { kind: 'broken', why: error.message };
    }
  }
}

/** The entry itself; a path that is longer than paths can be leads to none. */
function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Two names stay two, and none is that of a file with a proper name: it has a byte that no text has. */
function nameOfBytes(bytes: Buffer): string {
  return `${bytes.toString('utf8')} (bytes ${bytes.toString('hex')})`;
}
