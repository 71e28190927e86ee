import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from './errors.ts';
import { readAt, writeAll } from './files.ts';
import { inTarBlocks, readTarHeader, tarBlock } from './tar.ts';

/** Bytes of a description. Real ones have some thousand. */
const longestDescription = 1024 * 1024;
/** Bytes that are copied at once. */
const largestPiece = 4 * 1024 * 1024;

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
  return /^[A-Za-z0-9_][\w.+~@,-]{0,150}$/.test(id) && !/\.(?:tmp|lock)$/.test(id);
}

/**
 * Unpacks an exported artifact into an empty folder: `artifact.json` and its one file `name`. The archive may come from anybody:
 * it is read here, and not by a program, since two plain files are all that it may hold. Throws
 * `usage` with the reason.
 */
export async function unpackExported(archive: string, name: string, into: string): Promise<Unpacked> {
  // A FIFO would keep the call until somebody writes to it.
  const file = openSync(archive, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw notExported('it is not a regular file');
    return await unpack({ file, bytes: stat.size }, name, into);
  } finally {
    closeSync(file);
  }
}

interface Archive {
  readonly file: number;
  readonly bytes: number;
}

async function unpack(archive: Archive, name: string, into: string): Promise<Unpacked> {
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
    hashes.set(own, await copyOut(archive, { ...member, at: at + tarBlock }, join(into, own)));
    at += tarBlock + inTarBlocks(member.bytes);
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
  const header = readTarHeader(readAt(file, at, tarBlock), notExported);
  if (header === undefined) return undefined;
  const { name, type, size, mode } = header;
  if (type !== '0') throw notExported(`${JSON.stringify(name)} in it is not a regular file`);
  if (at + tarBlock + size > bytes) throw notExported('it is cut short');
  return { name, bytes: size, isProgram: (mode & 0o100) !== 0 };
}

/** Copies a part of an archive into a new file; gives its SHA-256 in hex. */
async function copyOut(
  { file }: Archive,
  part: Pick<Member, 'bytes' | 'isProgram'> & { readonly at: number },
  path: string,
): Promise<string> {
  const hash = createHash('sha256');
  await using out = await open(path, 'wx', part.isProgram ? 0o755 : 0o644);
  for (let done = 0; done < part.bytes; ) {
    const piece = readAt(file, part.at + done, Math.min(largestPiece, part.bytes - done));
    if (piece.length === 0) throw notExported('it is cut short');
    await writeAll(out, piece);
    hash.update(piece);
    done += piece.length;
  }
  return hash.digest('hex');
}
