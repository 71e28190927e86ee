import { closeSync, constants, openSync, readSync } from 'node:fs';
import { EspalierError } from '../../../base/errors.ts';
import {
  blockSize,
  decodeDevice,
  entrySize,
  format,
  inodeSize,
  magic,
  slotSize,
  superOffset,
  superSize,
  xattrHeader,
  xattrPrefixes,
} from './format.ts';
import type { FileNode } from './tree.ts';

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK } = constants;

/** Whether a file is an EROFS image. */
export function isErofs(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const found = Buffer.alloc(4);
    return readSync(fd, found, 0, 4, superOffset) === 4 && found.readUInt32LE() === magic;
  } finally {
    closeSync(fd);
  }
}

/** Reads an image that `writeErofs` wrote. Throws `infrastructure` for any other. */
export function readErofs(file: string): FileNode {
  const fd = openSync(file, 'r');
  try {
    return new Reader(file, fd).read();
  } finally {
    closeSync(fd);
  }
}

class Reader {
  readonly #file: string;
  readonly #fd: number;
  readonly #nodes = new Map<bigint, FileNode>();

  constructor(file: string, fd: number) {
    this.#file = file;
    this.#fd = fd;
  }

  read(): FileNode {
    const header = this.#bytes(superOffset, superSize);
    if (header.readUInt32LE(0) !== magic) throw this.#broken('it has another magic number');
    return this.#node(BigInt(header.readUInt16LE(14)));
  }

  #broken(why: string): EspalierError {
    return new EspalierError('infrastructure', `is no image of Espalier's: ${why}`, { file: this.#file });
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#fd, bytes, 0, length, offset) !== length) throw this.#broken('it ends too early');
    return bytes;
  }

  #node(nid: bigint): FileNode {
    const known = this.#nodes.get(nid);
    if (known !== undefined) return known;
    const at = Number(nid) * slotSize;
    const inode = this.#bytes(at, inodeSize);
    const layout = inode.readUInt16LE(0);
    if (layout !== format.plain && layout !== format.inline) throw this.#broken('it has another kind of inode');
    const count = inode.readUInt16LE(2);
    const xattrs = count === 0 ? Buffer.alloc(0) : this.#bytes(at + inodeSize, xattrHeader + (count - 1) * 4);
    const mode = inode.readUInt16LE(4);
    const size = Number(inode.readBigUInt64LE(8));
    const place = inode.readUInt32LE(16);
    const type = mode & S_IFMT;
    const content = (): Buffer => {
      const tail = layout === format.inline ? size % blockSize : 0;
      const own = this.#bytes(place * blockSize, size - tail);
      return Buffer.concat([own, this.#bytes(at + inodeSize + xattrs.length, tail)]);
    };
    const node: FileNode = {
      mode,
      uid: inode.readUInt32LE(24),
      gid: inode.readUInt32LE(28),
      mtime: Number(inode.readBigInt64LE(32)),
      xattrs: decodeXattrs(xattrs),
      ...(type === S_IFDIR && { children: new Map() }),
      ...(type === S_IFLNK && { target: content().toString('latin1') }),
      ...(type === S_IFREG && { content: { file: this.#file, offset: place * blockSize, size } }),
      ...(![S_IFDIR, S_IFLNK, S_IFREG].includes(type) && { device: decodeDevice(place) }),
    };
    this.#nodes.set(nid, node);
    if (node.children !== undefined) this.#children(content(), node.children);
    return node;
  }

  #children(content: Buffer, into: Map<string, FileNode>): void {
    for (let at = 0; at < content.length; at += blockSize) {
      const block = content.subarray(at, at + blockSize);
      const count = block.readUInt16LE(8) / entrySize;
      for (let entry = 0; entry < count; entry++) {
        const from = block.readUInt16LE(entry * entrySize + 8);
        const end = entry + 1 < count ? block.readUInt16LE((entry + 1) * entrySize + 8) : block.length;
        const name = block.toString('latin1', from, end).replace(/\0+$/, '');
        if (name !== '.' && name !== '..') into.set(name, this.#node(block.readBigUInt64LE(entry * entrySize)));
      }
    }
  }
}

function decodeXattrs(bytes: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = xattrHeader; at < bytes.length; ) {
    const length = bytes.readUInt8(at);
    const prefix = xattrPrefixes.find(([index]) => index === bytes.readUInt8(at + 1))?.[1] ?? '';
    const value = at + 4 + length;
    const end = value + bytes.readUInt16LE(at + 2);
    found.set(`${prefix}${bytes.toString('latin1', at + 4, value)}`, bytes.subarray(value, end));
    at = Math.ceil(end / 4) * 4;
  }
  return found;
}
