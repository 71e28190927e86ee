import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { EspalierError } from '../../../base/errors.ts';
import { writeAll } from '../../../base/files.ts';
import {
  blockSize,
  encodeDevice,
  entrySize,
  format,
  inodeSize,
  magic,
  slotSize,
  superOffset,
  xattrHeader,
} from './format.ts';
import { type Inode, type Layout, layOut, ownBlocks } from './layout.ts';
import { type Content, type FileNode, kindOf } from './tree.ts';

/** Writes a tree as an uncompressed EROFS image, a pure function of the tree. `date`: of the image itself, seconds. */
export async function writeErofs(root: FileNode, out: string, date: number): Promise<void> {
  const layout = layOut(root);
  await using file = await open(out, 'wx');
  const metadata = Buffer.alloc(layout.metadata);
  writeSuperblock(metadata, layout, date);
  const sink = new Sink(file, layout.metadata);
  using sources = new Sources();
  for (const inode of layout.inodes) {
    writeInode(metadata, inode);
    if (inode.node.content !== undefined) {
      await copy(inode.node.content, sources, sink);
    } else {
      const content = contentOf(inode, layout);
      const own = Math.min(ownBlocks(inode) * blockSize, content.length);
      content.copy(metadata, inode.position + inodeSize + inode.xattrs.length, own);
      await sink.put(content.subarray(0, own));
    }
    await sink.pad();
  }
  await sink.flush();
  await writeAll(file, metadata, 0);
}

function nidOf({ position }: Inode): bigint {
  return BigInt(position / slotSize);
}

function writeSuperblock(out: Buffer, { inodes, blocks }: Layout, date: number): void {
  const at = superOffset;
  out.writeUInt32LE(magic, at);
  // Dates are those of changes of content.
  out.writeUInt32LE(2, at + 8);
  out.writeUInt8(Math.log2(blockSize), at + 12);
  out.writeUInt16LE(Number(nidOf(inodes[0] as Inode)), at + 14);
  out.writeBigUInt64LE(BigInt(inodes.length), at + 16);
  out.writeBigUInt64LE(BigInt(date), at + 24);
  out.writeUInt32LE(blocks, at + 36);
}

function writeInode(out: Buffer, { node, number, xattrs, size, tail, position, links, start }: Inode): void {
  const at = position;
  const place = node.device === undefined ? start : encodeDevice(node.device);
  out.writeUInt16LE(tail > 0 ? format.inline : format.plain, at);
  out.writeUInt16LE(xattrs.length === 0 ? 0 : (xattrs.length - xattrHeader) / 4 + 1, at + 2);
  out.writeUInt16LE(node.mode, at + 4);
  out.writeBigUInt64LE(BigInt(size), at + 8);
  out.writeUInt32LE(place, at + 16);
  out.writeUInt32LE(number, at + 20);
  out.writeUInt32LE(node.uid, at + 24);
  out.writeUInt32LE(node.gid, at + 28);
  out.writeBigInt64LE(BigInt(node.mtime), at + 32);
  out.writeUInt32LE(links, at + 44);
  xattrs.copy(out, at + inodeSize);
}

/** Of a directory or a link. */
function contentOf(inode: Inode, { byNode }: Layout): Buffer {
  const { node, names, size, parent } = inode;
  if (node.children === undefined) return Buffer.from(node.target ?? '', 'latin1');
  const out = Buffer.alloc(size);
  const find = (name: string): Inode => {
    if (name === '.') return inode;
    const child = name === '..' ? parent : byNode.get(node.children?.get(name) as FileNode);
    return child as Inode;
  };
  for (const [index, block] of names.entries()) {
    const base = index * blockSize;
    let name = block.length * entrySize;
    for (const [entry, text] of block.entries()) {
      const child = find(text);
      const at = base + entry * entrySize;
      out.writeBigUInt64LE(nidOf(child), at);
      out.writeUInt16LE(name, at + 8);
      out.writeUInt8(kindOf(child.node.mode)?.erofs ?? 0, at + 10);
      name += out.write(text, base + name, 'latin1');
    }
  }
  return out;
}

/** Files that contents stand in, each opened once. */
class Sources {
  readonly #opened = new Map<string, number>();

  fd(file: string): number {
    const fd = this.#opened.get(file) ?? openSync(file, 'r');
    this.#opened.set(file, fd);
    return fd;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#opened.values()) closeSync(fd);
  }
}

/** Writes the blocks behind the metadata one after the other, in large pieces: most files are small. */
class Sink {
  readonly #out: FileHandle;
  readonly #buffer = Buffer.alloc(4 << 20);
  #used = 0;
  #position: number;

  constructor(out: FileHandle, position: number) {
    this.#out = out;
    this.#position = position;
  }

  /** Room for the next bytes, at most `wanted`; `take` says how many were filled. */
  async room(wanted: number): Promise<Buffer> {
    if (this.#used === this.#buffer.length) await this.flush();
    return this.#buffer.subarray(this.#used, Math.min(this.#used + wanted, this.#buffer.length));
  }

  take(count: number): void {
    this.#used += count;
  }

  async put(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = bytes.copy(await this.room(bytes.length - done), 0, done);
      this.take(count);
      done += count;
    }
  }

  /** Zeros up to the next block: the buffer is whole blocks. */
  async pad(): Promise<void> {
    const rest = this.#used % blockSize;
    if (rest > 0) (await this.room(blockSize - rest)).fill(0);
    if (rest > 0) this.take(blockSize - rest);
  }

  async flush(): Promise<void> {
    await writeAll(this.#out, this.#buffer.subarray(0, this.#used), this.#position);
    this.#position += this.#used;
    this.#used = 0;
  }
}

async function copy({ file, offset, size }: Content, sources: Sources, sink: Sink): Promise<void> {
  const fd = sources.fd(file);
  for (let done = 0; done < size; ) {
    const room = await sink.room(size - done);
    const count = readSync(fd, room, 0, room.length, offset + done);
    if (count === 0) throw new EspalierError('infrastructure', 'became shorter while it was packed', { file });
    sink.take(count);
    done += count;
  }
}
