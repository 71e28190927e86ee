import {
  blockSize,
  blocks,
  entrySize,
  inodeSize,
  slotSize,
  superOffset,
  superSize,
  xattrHeader,
  xattrPrefixes,
} from './format.ts';
import { type FileNode, isDirectory } from './tree.ts';

/** A file with its place in the image. */
export interface Inode {
  readonly node: FileNode;
  /** Number for people (stat.st_ino of 32-bit systems), from 1. */
  readonly number: number;
  /** Encoded extended attributes. */
  readonly xattrs: Buffer;
  /** Names of a directory, block by block. */
  readonly names: readonly (readonly string[])[];
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes of the content's end that stand behind the inode. */
  readonly tail: number;
  /** Byte at which the inode stands. */
  readonly position: number;
  links: number;
  /** First block of the rest of the content. */
  start: number;
  /** Of a directory. */
  parent: Inode;
}

export interface Layout {
  /** In the order of their places. */
  readonly inodes: readonly Inode[];
  readonly byNode: ReadonlyMap<FileNode, Inode>;
  /** Bytes of superblock and inodes, whole blocks. */
  readonly metadata: number;
  /** Blocks of the image. */
  readonly blocks: number;
}

/** Blocks of the content that stand by themselves. */
export function ownBlocks({ size, tail }: Pick<Inode, 'size' | 'tail'>): number {
  return blocks(size - tail);
}

/** Gives every file of a tree its place. */
export function layOut(root: FileNode): Layout {
  const byNode = new Map<FileNode, Inode>();
  let end = superOffset + superSize;
  const add = (node: FileNode, parent: Inode | undefined): void => {
    const known = byNode.get(node);
    if (known !== undefined) {
      known.links += 1;
      return;
    }
    const inode = measured(node, byNode.size + 1, end) as Inode;
    inode.parent = parent ?? inode;
    byNode.set(node, inode);
    end = inode.position + Math.ceil((inodeSize + inode.xattrs.length + inode.tail) / slotSize) * slotSize;
    for (const name of [...(node.children?.keys() ?? [])].sort()) {
      const child = node.children?.get(name);
      if (child === undefined) continue;
      add(child, inode);
      if (isDirectory(child)) inode.links += 1;
    }
  };
  add(root, undefined);
  const metadata = blocks(end) * blockSize;
  let next = metadata / blockSize;
  for (const inode of byNode.values()) {
    inode.start = next;
    next += ownBlocks(inode);
  }
  return { inodes: [...byNode.values()], byNode, metadata, blocks: next };
}

function measured(node: FileNode, number: number, end: number): Omit<Inode, 'parent'> {
  const xattrs = encodeXattrs(node.xattrs);
  const names = node.children === undefined ? [] : inBlocks([...node.children.keys()]);
  const size = sizeOf(node, names);
  const room = blockSize - inodeSize - xattrs.length;
  const rest = size % blockSize;
  // The kernel wants a tail in one block with its inode's end.
  const tail = node.content === undefined && rest <= room ? rest : 0;
  const total = inodeSize + xattrs.length + tail;
  const left = blockSize - (end % blockSize);
  const position = total > left && total <= blockSize ? end + left : end;
  const links = isDirectory(node) ? 2 : 1;
  return { node, number, xattrs, names, size, tail, position, links, start: 0 };
}

function sizeOf({ content, target }: FileNode, names: readonly (readonly string[])[]): number {
  const last = names.at(-1);
  if (last !== undefined) return (names.length - 1) * blockSize + bytesOf(last);
  return content?.size ?? target?.length ?? 0;
}

function bytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + entrySize + name.length, 0);
}

/** A directory's names with its own two, sorted, divided among blocks. */
function inBlocks(names: readonly string[]): string[][] {
  const found: string[][] = [];
  let free = 0;
  for (const name of ['.', '..', ...names].sort()) {
    const needed = entrySize + name.length;
    if (needed > free) {
      found.push([]);
      free = blockSize;
    }
    found.at(-1)?.push(name);
    free -= needed;
  }
  return found;
}

/** What the kernel keeps behind an inode. Attributes with another prefix (ACLs) are left out: the lab's kernel has none. */
function encodeXattrs(xattrs: ReadonlyMap<string, Buffer>): Buffer {
  const entries = [...xattrs.keys()].sort().flatMap((name) => {
    const [index, prefix] = xattrPrefixes.find(([, start]) => name.startsWith(start)) ?? [];
    const value = xattrs.get(name);
    if (index === undefined || value === undefined) return [];
    const short = Buffer.from(name.slice(prefix?.length), 'latin1');
    const entry = Buffer.alloc(Math.ceil((4 + short.length + value.length) / 4) * 4);
    entry.writeUInt8(short.length, 0);
    entry.writeUInt8(index, 1);
    entry.writeUInt16LE(value.length, 2);
    short.copy(entry, 4);
    value.copy(entry, 4 + short.length);
    return [entry];
  });
  return entries.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.alloc(xattrHeader), ...entries]);
}
