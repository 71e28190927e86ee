import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { EspalierError } from '../../../base/errors.ts';
import { type FileNode, fileKinds, isDirectory } from './tree.ts';

/** What is taken otherwise than the archive has it. */
export interface TreeOptions {
  /** All files belong to root. */
  readonly allRoot?: boolean | undefined;
  /** Date of all files, seconds. */
  readonly date?: number | undefined;
  /** Date of directories that the archive does not mention, seconds. */
  readonly newDate: number;
}

const block = 512;
const { S_IFREG, S_IFDIR, S_IFLNK } = constants;

/** What headers before an entry say about it. */
interface Extra {
  path?: string;
  linkpath?: string;
  readonly numbers: Map<string, number>;
  readonly xattrs: Map<string, Buffer>;
}

/** Where an entry's bytes stand. */
interface Body {
  readonly body: number;
  readonly size: number;
}

const newExtra = (): Extra => ({ numbers: new Map(), xattrs: new Map() });

/** Reads an uncompressed tar archive (ustar, GNU long names, pax). File contents stay where they are. Throws `infrastructure`. */
export function readTar(file: string, options: TreeOptions): FileNode {
  const fd = openSync(file, 'r');
  try {
    return new Reader(file, fd, options).read();
  } finally {
    closeSync(fd);
  }
}

class Reader {
  readonly #path: string;
  readonly #fd: number;
  readonly #size: number;
  readonly #options: TreeOptions;
  readonly #root: FileNode;
  #extra = newExtra();

  constructor(file: string, fd: number, options: TreeOptions) {
    this.#path = file;
    this.#fd = fd;
    this.#size = fstatSync(fd).size;
    this.#options = options;
    this.#root = this.#directory();
  }

  read(): FileNode {
    for (let at = 0; at + block <= this.#size; ) {
      const header = this.#bytes(at, block);
      if (header.every((byte) => byte === 0)) return this.#root;
      const type = text(header, 156, 1) || '0';
      const plain = number(header, 124, 12);
      const size = 'xgLK'.includes(type) ? plain : (this.#extra.numbers.get('size') ?? plain);
      const body = at + block;
      if (body + size > this.#size) throw this.#broken('ends in the middle of an entry');
      this.#entry(type, header, { body, size });
      at = body + Math.ceil(size / block) * block;
    }
    return this.#root;
  }

  #broken(what: string): EspalierError {
    return new EspalierError('infrastructure', `${what}: it is not a whole tar archive`, { file: this.#path });
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#fd, bytes, 0, length, offset) !== length) throw this.#broken('is shorter than it says');
    return bytes;
  }

  #entry(type: string, header: Buffer, where: Body): void {
    const { body, size } = where;
    if (type === 'x') this.#pax(this.#bytes(body, size));
    else if (type === 'L') this.#extra.path = text(this.#bytes(body, size), 0, size);
    else if (type === 'K') this.#extra.linkpath = text(this.#bytes(body, size), 0, size);
    else if (type !== 'g') this.#file(type, header, where);
  }

  #file(type: string, header: Buffer, where: Body): void {
    const extra = this.#extra;
    this.#extra = newExtra();
    const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 155) : '';
    const path = extra.path ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
    const target = extra.linkpath ?? text(header, 157, 100);
    if (type === '1') {
      this.#place(path, this.#find(target));
      return;
    }
    const kind = type === '7' ? fileKinds[0] : fileKinds.find(({ tar }) => tar === type);
    if (kind === undefined) throw this.#broken(`has an entry of type ${JSON.stringify(type)} (${path})`);
    this.#place(path, {
      ...this.#attributes(header, extra),
      mode: kind.type | (number(header, 100, 8) & 0o7777),
      ...(kind.type === S_IFDIR && { children: new Map() }),
      ...(kind.type === S_IFLNK && { target }),
      ...(kind.type === S_IFREG && { content: { file: this.#path, offset: where.body, size: where.size } }),
      ...('34'.includes(type) && { device: { major: number(header, 329, 8), minor: number(header, 337, 8) } }),
    });
  }

  #attributes(header: Buffer, { numbers, xattrs }: Extra): Pick<FileNode, 'uid' | 'gid' | 'mtime' | 'xattrs'> {
    const { allRoot, date } = this.#options;
    return {
      uid: allRoot ? 0 : (numbers.get('uid') ?? number(header, 108, 8)),
      gid: allRoot ? 0 : (numbers.get('gid') ?? number(header, 116, 8)),
      mtime: date ?? numbers.get('mtime') ?? number(header, 136, 12),
      xattrs,
    };
  }

  /** Records `LENGTH KEY=VALUE\n`; the length counts itself. */
  #pax(records: Buffer): void {
    for (let at = 0; at < records.length; ) {
      const space = records.indexOf(0x20, at);
      const length = Number(records.toString('latin1', at, space));
      const equals = records.indexOf(0x3d, space);
      if (!(length > 0) || at + length > records.length || equals < 0) throw this.#broken('has a spoiled pax header');
      this.#record(records.toString('latin1', space + 1, equals), records.subarray(equals + 1, at + length - 1));
      at += length;
    }
  }

  #record(key: string, value: Buffer): void {
    const xattr = /^(?:SCHILY|LIBARCHIVE)\.xattr\.(.*)$/.exec(key)?.[1];
    if (xattr !== undefined && key.startsWith('S')) this.#extra.xattrs.set(xattr, Buffer.from(value));
    if (key === 'path' || key === 'linkpath') this.#extra[key] = value.toString('latin1');
    if (['size', 'uid', 'gid', 'mtime'].includes(key)) this.#extra.numbers.set(key, Math.floor(Number(value)));
  }

  #directory(): FileNode {
    const mtime = this.#options.date ?? this.#options.newDate;
    return { mode: S_IFDIR | 0o755, uid: 0, gid: 0, mtime, xattrs: new Map(), children: new Map() };
  }

  #names(path: string): string[] {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (names.includes('..')) throw this.#broken(`leads out of itself with ${path}`);
    return names;
  }

  #find(path: string): FileNode {
    let at: FileNode | undefined = this.#root;
    for (const name of this.#names(path)) at = at?.children?.get(name);
    if (at === undefined || isDirectory(at)) throw this.#broken(`has a hard link to ${path}, which it lacks`);
    return at;
  }

  /** The top of the tree stays root's with 0755: it would follow the user's umask. */
  #place(path: string, node: FileNode): void {
    const names = this.#names(path);
    const last = names.pop();
    if (last === undefined) return;
    let at = this.#root.children;
    for (const name of names) {
      const next = at?.get(name) ?? this.#directory();
      at?.set(name, next);
      at = next.children;
    }
    if (at === undefined) throw this.#broken(`has ${path} below something that is no directory`);
    const before = at.get(last)?.children;
    at.set(last, before && node.children ? { ...node, children: before } : node);
  }
}

function text(bytes: Buffer, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end);
}

/** Octal digits, or GNU's two's complement behind a first byte of 0x80 or 0xff. */
function number(bytes: Buffer, offset: number, length: number): number {
  const first = bytes[offset] ?? 0;
  if (first < 0x80) return Number.parseInt(text(bytes, offset, length).trim() || '0', 8);
  let value = first === 0xff ? -1 : first & 0x7f;
  for (const byte of bytes.subarray(offset + 1, offset + length)) value = value * 256 + byte;
  return value;
}
