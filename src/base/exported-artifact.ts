import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from './errors.ts';

/** Blocks of an archive (POSIX.1-2024, pax, "ustar Interchange Format"). */
const block = 512;
/** Bytes of a description. Real ones have some thousand. */
const longestDescription = 1024 * 1024;

/** What an archive of an artifact brought. */
export interface Unpacked {
  readonly id: string;
  /** Of the artifact's file, in hex. */
  readonly sha256: string;
}

function notExported(why: string): EspalierError {
  return new EspalierError('usage', why);
}

/** True for what can be the id of an artifact: one name in the cache, and none that the cache uses otherwise. */
export function isArtifactId(id: string): boolean {
  return /^[A-Za-z0-9_][\w.+~-]{0,150}$/.test(id) && !/\.(?:tmp|lock)$/.test(id);
}

/**
 * Unpacks an exported artifact into an empty folder: `artifact.json` and its one file `name`. The archive may come from anybody:
 * it is read here, and not by a program, since two plain files are all that it may hold. Throws
 * `usage` with the reason.
 */
export function unpackExported(archive: string, name: string, into: string): Unpacked {
  // A FIFO would keep the call until somebody writes to it.
  const file = openSync(archive, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw notExported('it is not a regular file');
    return unpack({ file, bytes: stat.size }, name, into);
  } finally {
    closeSync(file);
  }
}

interface Archive {
  readonly file: number;
  readonly bytes: number;
}

function unpack(archive: Archive, name: string, into: string): Unpacked {
  const hashes = new Map<string, string>();
  let id: string | undefined;
  let at = 0;
  for (let member = readMember(archive, at); member !== undefined; member = readMember(archive, at)) {
    const [folder = '', ...below] = member.name.split('/');
    const own = below.join('/');
    id ??= folder;
    const isKnown = own === 'artifact.json' || own === name;
    if (!isKnown || folder !== id || !isArtifactId(id) || hashes.has(own)) {
      throw notExported(`it holds ${JSON.stringify(member.name.slice(0, 200))}`);
    }
    if (own === 'artifact.json' && member.bytes > longestDescription) {
      throw notExported(`its description has ${member.bytes} bytes`);
    }
    hashes.set(own, copyOut(archive, { ...member, at: at + block }, join(into, own)));
    at += block + member.bytes + (-member.bytes & (block - 1));
  }
  const sha256 = hashes.get(name);
  if (id === undefined || sha256 === undefined || hashes.size !== 2) {
    throw notExported(`it holds ${[...hashes.keys()].join(', ') || 'nothing'}`);
  }
  return { id, sha256 };
}

interface Member {
  readonly name: string;
  readonly bytes: number;
  /** Its owner may execute it: a kernel is a program. */
  readonly isProgram: boolean;
}

/** A file in an archive, as its header describes it. `undefined`: the archive ends here. */
function readMember({ file, bytes }: Archive, at: number): Member | undefined {
  const head = Buffer.alloc(block);
  if (readSync(file, head, 0, block, at) < block) throw notExported('it is cut short');
  if (head.every((byte) => byte === 0)) return undefined;
  const text = (start: number, length: number): string =>
    head.toString('latin1', start, start + length).split('\0')[0] ?? '';
  const number = (start: number, length: number): number => {
    const digits = text(start, length).trim();
    return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  const sum = head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (text(257, 5) !== 'ustar' || number(148, 8) !== sum) throw notExported('it is not a tar archive');
  const name = text(0, 100);
  const size = number(124, 12);
  if (!['0', ''].includes(text(156, 1))) throw notExported(`${JSON.stringify(name)} in it is not a regular file`);
  if (!(at + block + size <= bytes)) throw notExported('it is cut short');
  // GNU's own headers have no such field.
  const prefix = head[262] === 0 && head[263] === 0x20 ? '' : text(345, 155);
  const isProgram = (number(100, 8) & 0o100) !== 0;
  return { name: prefix === '' ? name : `${prefix}/${name}`, bytes: size, isProgram };
}

/** Copies a part of an archive into a new file; gives its SHA-256 in hex. */
function copyOut(
  { file }: Archive,
  part: Pick<Member, 'bytes' | 'isProgram'> & { readonly at: number },
  path: string,
): string {
  const hash = createHash('sha256');
  const out = openSync(path, 'wx', part.isProgram ? 0o755 : 0o644);
  const piece = Buffer.alloc(4 * 1024 * 1024);
  try {
    for (let done = 0; done < part.bytes; ) {
      const count = readSync(file, piece, 0, Math.min(piece.length, part.bytes - done), part.at + done);
      if (count === 0) throw notExported('it is cut short');
      writeAll(out, piece.subarray(0, count));
      hash.update(piece.subarray(0, count));
      done += count;
    }
  } finally {
    closeSync(out);
  }
  return hash.digest('hex');
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
