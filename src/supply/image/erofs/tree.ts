import { closeSync, constants, openSync } from 'node:fs';
import { EspalierError } from '../../../base/errors.ts';
import { readAt } from '../../../base/files.ts';

/** Bytes of a regular file: a part of a file on this machine. */
export interface Content {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** A file of a packed tree. Hard links to one file are one object. */
export interface FileNode {
  /** Type and permissions as in stat(2). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly xattrs: ReadonlyMap<string, Buffer>;
  /** Of a directory. Names are bytes, one character each (latin1): their order is that of strings. */
  readonly children?: Map<string, FileNode>;
  /** Of a symbolic link, in latin1. */
  readonly target?: string;
  /** Of a regular file. */
  readonly content?: Content;
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number };
}

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK, S_IFCHR, S_IFBLK, S_IFIFO } = constants;

/** Kinds of files, as tar (POSIX.1-2017, ustar) and EROFS (generic FT_*) number them. */
export const fileKinds = [
  { type: S_IFREG, tar: '0', erofs: 1 },
  { type: S_IFDIR, tar: '5', erofs: 2 },
  { type: S_IFCHR, tar: '3', erofs: 3 },
  { type: S_IFBLK, tar: '4', erofs: 4 },
  { type: S_IFIFO, tar: '6', erofs: 5 },
  { type: S_IFLNK, tar: '2', erofs: 7 },
] as const;

/** The kind of a mode; `undefined`: a socket, or nothing known. */
export function kindOf(mode: number): (typeof fileKinds)[number] | undefined {
  return fileKinds.find(({ type }) => type === (mode & S_IFMT));
}

export function isDirectory({ mode }: FileNode): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

/** All files below a directory by path (`/etc/passwd`, in latin1), each directory before what is in it, names sorted. */
export function* walk(node: FileNode, path = ''): Generator<readonly [string, FileNode]> {
  for (const name of [...(node.children?.keys() ?? [])].sort()) {
    const child = node.children?.get(name);
    if (child === undefined) continue;
    yield [`${path}/${name}`, child];
    if (child.children !== undefined) yield* walk(child, `${path}/${name}`);
  }
}

/** The bytes of a regular file. Throws `infrastructure` where they are no longer there. */
export function readContent({ file, offset, size }: Content): Buffer {
  const fd = openSync(file, 'r');
  try {
    const bytes = readAt(fd, offset, size);
    if (bytes.length < size) throw new EspalierError('infrastructure', 'became shorter while it was read', { file });
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** The file of a path as Linux finds it from this root, by links on the way and at the end; `undefined`: none. */
export function fileAt(root: FileNode, path: string): FileNode | undefined {
  const names = path.split('/');
  const above: FileNode[] = [root];
  // As path_resolution(7): more links than that are a loop.
  for (let links = 40; names.length > 0 && links >= 0; ) {
    const name = names.shift();
    if (name === '..' && above.length > 1) above.pop();
    if (name === undefined || name === '' || name === '.' || name === '..') continue;
    const next = above.at(-1)?.children?.get(name);
    if (next === undefined) return undefined;
    if (next.target === undefined) above.push(next);
    else {
      links -= 1;
      names.unshift(...next.target.split('/'));
      if (next.target.startsWith('/')) above.length = 1;
    }
  }
  return names.length === 0 ? above.at(-1) : undefined;
}
