import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { EspalierError } from '../../../base/errors.ts';
import { readAt } from '../../../base/files.ts';
import { inTarBlocks, readTarHeader, type TarHeader, tarBlock } from '../../../base/tar.ts';
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

const { S_IFREG, S_IFDIR, S_IFLNK } = constants;

/** What headers before an entry say about it. */
interface Extra {
  path?: string;
  linkpath?: string;
  /** Some such header was read. */
  started: boolean;
  readonly numbers: Map<string, number>;
  readonly xattrs: Map<string, Buffer>;
}

/** Where an entry's bytes stand. */
interface Body {
  readonly body: number;
  readonly size: number;
}

const newExtra = (): Extra => ({ started: false, numbers: new Map(), xattrs: new Map() });

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
    for (let at = 0; ; ) {
      const header = readTarHeader(readAt(this.#fd, at, tarBlock), (why) => this.#broken(why));
      if (header === undefined) break;
      const own = 'xgLK'.includes(header.type);
      const size = own ? header.size : (this.#extra.numbers.get('size') ?? header.size);
      const body = at + tarBlock;
      if (body + size > this.#size) throw this.#broken('it ends in the middle of an entry');
      this.#entry(header, { body, size });
      at = body + inTarBlocks(size);
    }
    if (this.#extra.started) throw this.#broken('it is damaged: what its last header describes is missing');
    return this.#root;
  }

  #broken(why: string): EspalierError {
    return new EspalierError('infrastructure', `no image can be made from this archive: ${why}`, { file: this.#path });
  }

  #bytes({ body, size }: Body): Buffer {
    const bytes = readAt(this.#fd, body, size);
    if (bytes.length < size) throw this.#broken('it became shorter while it was read');
    return bytes;
  }

  #entry(header: TarHeader, where: Body): void {
    const { type } = header;
    if ('xLK'.includes(type)) this.#extra.started = true;
    if (type === 'x') this.#pax(this.#bytes(where));
    else if (type === 'L') this.#extra.path = untilZero(this.#bytes(where));
    else if (type === 'K') this.#extra.linkpath = untilZero(this.#bytes(where));
    else if (type !== 'g') this.#file(header, where);
  }

  #file(header: TarHeader, { body, size }: Body): void {
    const { type, device, mode } = header;
    const extra = this.#extra;
    this.#extra = newExtra();
    const path = extra.path ?? header.name;
    const target = extra.linkpath ?? header.target;
    if (type === '1') {
      this.#place(path, this.#find(target));
      return;
    }
    const kind = type === '7' ? fileKinds[0] : fileKinds.find(({ tar }) => tar === type);
    if (kind === undefined) throw this.#broken(`it has an entry of type ${JSON.stringify(type)} (${path})`);
    this.#place(path, {
      ...this.#attributes(header, extra),
      mode: kind.type | mode,
      ...(kind.type === S_IFDIR && { children: new Map() }),
      ...(kind.type === S_IFLNK && { target }),
      ...(kind.type === S_IFREG && { content: { file: this.#path, offset: body, size } }),
      ...('34'.includes(type) && { device }),
    });
  }

  #attributes(header: TarHeader, { numbers, xattrs }: Extra): Pick<FileNode, 'uid' | 'gid' | 'mtime' | 'xattrs'> {
    const { allRoot, date } = this.#options;
    return {
      uid: allRoot ? 0 : (numbers.get('uid') ?? header.uid),
      gid: allRoot ? 0 : (numbers.get('gid') ?? header.gid),
      mtime: date ?? numbers.get('mtime') ?? header.mtime,
      xattrs,
    };
  }

  /** Records `LENGTH KEY=VALUE\n`; the length counts itself. */
  #pax(records: Buffer): void {
    for (let at = 0; at < records.length; ) {
      const space = records.indexOf(0x20, at);
      const length = Number(records.toString('latin1', at, space));
      const equals = records.indexOf(0x3d, space);
      if (!(length > 0) || at + length > records.length || equals < 0)
        throw this.#broken('it has a spoiled pax header');
      this.#record(records.toString('latin1', space + 1, equals), records.subarray(equals + 1, at + length - 1));
      at += length;
    }
  }

  #record(key: string, value: Buffer): void {
    const xattr = /^(?:SCHILY|LIBARCHIVE)\.xattr\.(.*)$/.exec(key)?.[1];
    if (xattr !== undefined && key.startsWith('S')) this.#extra.xattrs.set(xattr, Buffer.from(value));
    if (key === 'path' || key === 'linkpath') this.#extra[key] = value.toString('latin1');
    if (['size', 'uid', 'gid', 'mtime'].includes(key)) this.#extra.numbers.set(key, this.#number(key, value));
  }

  /** Decimal. Dates have fractions, and may lie before 1970. */
  #number(key: string, value: Buffer): number {
    const digits = value.toString('latin1');
    const number = Math.floor(Number(digits));
    const isOne = (key === 'mtime' ? /^-?\d+(?:\.\d*)?$/ : /^\d+$/).test(digits) && Number.isSafeInteger(number);
    if (!isOne) throw this.#broken(`it has a pax header with ${key}=${JSON.stringify(digits.slice(0, 40))}`);
    return number;
  }

  #directory(): FileNode {
    const mtime = this.#options.date ?? this.#options.newDate;
    return { mode: S_IFDIR | 0o755, uid: 0, gid: 0, mtime, xattrs: new Map(), children: new Map() };
  }

  #names(path: string): string[] {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    if (names.includes('..')) throw this.#broken(`it leads out of itself with ${path}`);
    return names;
  }

  #find(path: string): FileNode {
    let at: FileNode | undefined = this.#root;
    for (const name of this.#names(path)) at = at?.children?.get(name);
    if (at === undefined || isDirectory(at)) throw this.#broken(`it has a hard link to ${path}, which it lacks`);
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
    if (at === undefined) throw this.#broken(`it has ${path} below something that is no directory`);
    const before = at.get(last)?.children;
    at.set(last, before && node.children ? { ...node, children: before } : node);
  }
}

function untilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}
