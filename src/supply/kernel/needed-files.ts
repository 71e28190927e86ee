import { closeSync, constants, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';

/** Parts of an ELF file (elf(5)) that say what it needs to run. */
interface Needs {
  /** The loader; `undefined`: a static program. */
  readonly loader: string | undefined;
  /** Names of libraries, or their paths. */
  readonly libraries: readonly string[];
  /** Folders of its own in which the loader looks for them. */
  readonly folders: readonly string[];
}

/** Where loaders look by themselves, on the distributions that there are. */
const folders = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
  '/usr/local/lib',
];

const programHeader = { load: 1, dynamic: 2, loader: 3 } as const;
const dynamicTag = { end: 0, needed: 1, strings: 5, rpath: 15, runpath: 29 } as const;
/** Bytes of the file's header, of an entry in the table of segments, and of one in the table of dynamic linking. */
const sizes = { header: 64, segment: 56, dynamic: 16 } as const;
/** No table of names is longer. */
const mostBytes = 1 << 20;
/** What the kernel takes (fs/binfmt_elf.c): bytes of the loader's path, and segments in 64 KiB. */
const longestPath = 4096;
const mostSegments = Math.floor(65_536 / sizes.segment);

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly length: number;
}

class ElfFile {
  readonly #file: number;
  readonly #path: string;

  constructor(file: number, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Throws `usage` where the file is no ELF file for x86-64, or is broken. */
  needs(): Needs {
    if (!fstatSync(this.#file).isFile()) throw this.#refusal('is no program for x86-64');
    const segments = this.#segments();
    const loader = segments.find(({ type }) => type === programHeader.loader);
    const dynamic = segments.find(({ type }) => type === programHeader.dynamic);
    return {
      loader: loader && this.#loader(loader),
      ...(dynamic ? this.#dynamic(dynamic, segments) : { libraries: [], folders: [] }),
    };
  }

  #segments(): readonly Segment[] {
    const head = this.#upTo(0, sizes.header);
    // 64 bits, little-endian, x86-64; a program, or a library, which many programs are as well.
    const isElf = head.length === sizes.header && head.readUInt32BE() === 0x7f454c46 && head.readUInt16BE(4) === 0x0201;
    if (!isElf || head.readUInt16LE(18) !== 62 || ![2, 3].includes(head.readUInt16LE(16))) {
      throw this.#refusal('is no program for x86-64');
    }
    const [size, number] = [head.readUInt16LE(54), head.readUInt16LE(56)];
    if (size !== sizes.segment || number === 0 || number > mostSegments) throw this.#broken('its table of segments');
    const table = this.#exactly(this.#place(head, 32), size * number, 'its table of segments');
    return Array.from({ length: number }, (_, index) => {
      const entry = table.subarray(index * size);
      const [offset, address, length] = [this.#place(entry, 8), this.#place(entry, 16), this.#place(entry, 32)];
      return { type: entry.readUInt32LE(0), offset, address, length };
    });
  }

  #loader({ offset, length }: Segment): string {
    if (length < 2 || length > longestPath) throw this.#broken('the path of its loader');
    const path = this.#text(this.#exactly(offset, length, 'the path of its loader'), 0);
    if (!path.startsWith('/')) throw this.#broken('the path of its loader');
    return path;
  }

  #dynamic({ offset, length }: Segment, segments: readonly Segment[]): Pick<Needs, 'libraries' | 'folders'> {
    if (length > mostBytes) throw this.#broken('its table of libraries');
    const table = this.#exactly(offset, length, 'its table of libraries');
    const all = Array.from({ length: Math.floor(table.length / sizes.dynamic) }, (_, index) => ({
      tag: table.readBigInt64LE(index * sizes.dynamic),
      // Only some are places; what is none may have any value.
      value: Number(table.readBigUInt64LE(index * sizes.dynamic + 8)),
    }));
    const end = all.findIndex(({ tag }) => tag === BigInt(dynamicTag.end));
    const entries = end < 0 ? all : all.slice(0, end);
    const valuesOf = (...tags: readonly number[]): number[] =>
      entries.filter(({ tag }) => tags.some((one) => tag === BigInt(one))).map(({ value }) => value);
    const [needed, paths] = [valuesOf(dynamicTag.needed), valuesOf(dynamicTag.rpath, dynamicTag.runpath)];
    if (needed.length + paths.length === 0) return { libraries: [], folders: [] };
    const names = this.#names(valuesOf(dynamicTag.strings)[0], segments);
    const own = paths.flatMap((at) => this.#text(names, at).split(':'));
    return {
      libraries: needed.map((at) => this.#text(names, at)),
      folders: own.map((folder) => folder.replace(/\$\{?ORIGIN\}?/, dirname(this.#path))),
    };
  }

  #names(address: number | undefined, segments: readonly Segment[]): Buffer {
    const place = segments.find(
      (segment) =>
        segment.type === programHeader.load &&
        address !== undefined &&
        address >= segment.address &&
        address < segment.address + segment.length,
    );
    if (address === undefined || place === undefined) throw this.#broken('its table of names');
    const room = place.length - (address - place.address);
    return this.#upTo(place.offset + address - place.address, Math.min(room, mostBytes));
  }

  #text(bytes: Buffer, offset: number): string {
    const end = offset < bytes.length ? bytes.indexOf(0, offset) : -1;
    if (end <= offset) throw this.#broken('a name in it');
    return bytes.subarray(offset, end).toString();
  }

  /** A number that is a place in the file or in memory. */
  #place(bytes: Buffer, at: number): number {
    const value = Number(bytes.readBigUInt64LE(at));
    if (!Number.isSafeInteger(value)) throw this.#broken('a place in it');
    return value;
  }

  #exactly(offset: number, length: number, what: string): Buffer {
    const bytes = this.#upTo(offset, length);
    if (bytes.length < length) throw this.#broken(what);
    return bytes;
  }

  #upTo(offset: number, length: number): Buffer {
    if (!Number.isSafeInteger(offset)) throw this.#broken('a place in it');
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, length, offset));
  }

  #broken(what: string): EspalierError {
    return this.#refusal(`is a broken program: ${what} cannot be read`);
  }

  #refusal(message: string): EspalierError {
    return new EspalierError('usage', message, { file: this.#path });
  }
}

/** What was read of files that have not changed since: each lab asks, and all of them for the same ones. */
const known = new Map<string, { readonly identity: string; readonly needs: Needs }>();
/** A file that was changed less than this before may change again without another date, ms. */
const settledMs = 2000;

function needsOf(path: string): Needs {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true });
  const identity = [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  const before = known.get(path);
  if (before?.identity === identity) return before.needs;
  const needs = readNeeds(path);
  if (Date.now() - Number(ctimeMs) > settledMs) known.set(path, { identity, needs });
  return needs;
}

function readNeeds(path: string): Needs {
  // A FIFO must not block.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return new ElfFile(file, path).needs();
  } finally {
    closeSync(file);
  }
}

/** The files that a program consists of when it runs. */
export interface NeededFiles {
  /** Absolute paths: the program, its loader, and all libraries. */
  readonly files: readonly string[];
  /** No loader brings it to run, so nothing can be preloaded into it. */
  readonly isStatic: boolean;
}

/**
 * What a program needs to run, read from its file: it is never started for that. `preloaded` are libraries that it gets besides.
 * Throws `usage` for what is no program or is broken, `infrastructure` where a library is missing.
 */
export function neededFiles(program: string, preloaded: readonly string[] = []): NeededFiles {
  const { loader } = needsOf(program);
  if (loader === undefined) return { files: [program], isStatic: true };
  const found = new Set([program, loader]);
  const queue = [program, ...preloaded];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    found.add(path);
    const needs = needsOf(path);
    for (const name of needs.libraries) {
      const library = libraryNamed(name, [...needs.folders, dirname(loader)], path);
      if (!found.has(library)) queue.push(library);
    }
  }
  return { files: [...found], isStatic: false };
}

function libraryNamed(name: string, own: readonly string[], user: string): string {
  const candidates = name.includes('/') ? [name] : [...own, ...folders].map((folder) => join(folder, name));
  const library = candidates.find((path) => path.startsWith('/') && existsSync(path));
  if (library !== undefined) return library;
  throw new EspalierError('infrastructure', `the library ${name} is not on this machine`, { file: user });
}
