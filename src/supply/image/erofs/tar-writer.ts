import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { writeAll } from '../../../base/files.ts';
import { type FileNode, kindOf, readContent, walk } from './tree.ts';

const block = 512;
const { S_IFIFO, S_IFMT } = constants;

/** Writes a tree as a tar archive (pax), for programs that cannot read EROFS. */
export async function writeTar(root: FileNode, out: string): Promise<void> {
  const first = new Map<FileNode, string>();
  await using file = await open(out, 'w');
  let parts: Buffer[] = [];
  let size = 0;
  const put = async (...more: Buffer[]): Promise<void> => {
    parts.push(...more);
    size += more.reduce((sum, { length }) => sum + length, 0);
    if (size < 4 << 20) return;
    await writeAll(file, Buffer.concat(parts));
    [parts, size] = [[], 0];
  };
  for (const [path, node] of walk(root)) {
    const name = path.slice(1);
    const link = first.get(node);
    if (node.children === undefined) first.set(node, link ?? name);
    await put(headers(name, node, link));
    if (link === undefined && node.content !== undefined) await put(...padded(readContent(node.content)));
  }
  await put(Buffer.alloc(2 * block));
  await writeAll(file, Buffer.concat(parts));
}

function padded(bytes: Buffer): [Buffer, Buffer] {
  return [bytes, Buffer.alloc(Math.ceil(bytes.length / block) * block - bytes.length)];
}

/** An entry's header, with what it cannot hold in a pax header before it. */
function headers(name: string, node: FileNode, link: string | undefined): Buffer {
  const records: Buffer[] = [];
  const target = link ?? node.target ?? '';
  if (name.length > 100) records.push(record('path', Buffer.from(name, 'latin1')));
  if (target.length > 100) records.push(record('linkpath', Buffer.from(target, 'latin1')));
  for (const [key, value] of node.xattrs) records.push(record(`SCHILY.xattr.${key}`, value));
  const type = link === undefined ? (kindOf(node.mode)?.tar ?? '0') : '1';
  const size = type === '0' ? (node.content?.size ?? 0) : 0;
  const own = header({ name, type, target, size, node });
  if (records.length === 0) return own;
  const pax = Buffer.concat(records);
  return Buffer.concat([header({ name: 'pax', type: 'x', target: '', size: pax.length, node }), ...padded(pax), own]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function record(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length += 1;
  return Buffer.concat([Buffer.from(`${length} ${key}=`, 'latin1'), value, Buffer.from('\n')]);
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly target: string;
  readonly size: number;
  readonly node: FileNode;
}

function header({ name, type, target, size, node }: Entry): Buffer {
  const out = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => {
    out.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  };
  out.write(name.slice(0, 100), 0, 'latin1');
  octal(node.mode & 0o7777, 100, 8);
  octal(node.uid, 108, 8);
  octal(node.gid, 116, 8);
  octal(size, 124, 12);
  octal(node.mtime, 136, 12);
  out.write(' '.repeat(8), 148, 'latin1');
  out.write(type, 156, 'latin1');
  out.write(target.slice(0, 100), 157, 'latin1');
  out.write('ustar\x0000', 257, 'latin1');
  if (node.device !== undefined && (node.mode & S_IFMT) !== S_IFIFO) {
    octal(node.device.major, 329, 8);
    octal(node.device.minor, 337, 8);
  }
  octal(
    out.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return out;
}
