import { closeSync, existsSync, openSync, readSync } from 'node:fs';
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
const dynamicTag = { needed: 1, strings: 5, rpath: 15, runpath: 29 } as const;
/** No table of names is longer. */
const mostBytes = 1 << 20;

class ElfFile {
  readonly #file: number;
  readonly #path: string;

  constructor(file: number, path: string) {
    this.#file = file;
    this.#path = path;
  }

  at(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(Math.min(length, mostBytes));
    return bytes.subarray(0, readSync(this.#file, bytes, 0, bytes.length, offset));
  }

  needs(): Needs {
    const head = this.at(0, 64);
    // 64 bits, little-endian, x86-64.
    if (head.length < 64 || head.readUInt32BE() !== 0x7f454c46 || head.readUInt16LE(18) !== 62) {
      throw new EspalierError('usage', 'is no program for x86-64', { file: this.#path });
    }
    const size = head.readUInt16LE(54);
    const table = this.at(Number(head.readBigUInt64LE(32)), size * head.readUInt16LE(56));
    const segments = Array.from({ length: Math.floor(table.length / size) }, (_, index) => {
      const entry = table.subarray(index * size);
      return {
        type: entry.readUInt32LE(0),
        offset: Number(entry.readBigUInt64LE(8)),
        address: Number(entry.readBigUInt64LE(16)),
        length: Number(entry.readBigUInt64LE(32)),
      };
    });
    const loader = segments.find(({ type }) => type === programHeader.loader);
    const dynamic = segments.find(({ type }) => type === programHeader.dynamic);
    return {
      loader: loader && textAt(this.at(loader.offset, loader.length), 0),
      ...this.#dynamic(dynamic ? this.at(dynamic.offset, dynamic.length) : Buffer.alloc(0), segments),
    };
  }

  #dynamic(
    table: Buffer,
    segments: readonly { type: number; offset: number; address: number; length: number }[],
  ): Pick<Needs, 'libraries' | 'folders'> {
    const entries = Array.from({ length: Math.floor(table.length / 16) }, (_, index) => ({
      tag: Number(table.readBigInt64LE(index * 16)),
      value: Number(table.readBigUInt64LE(index * 16 + 8)),
    }));
    const address = entries.find(({ tag }) => tag === dynamicTag.strings)?.value;
    const place = segments.find(
      (segment) =>
        segment.type === programHeader.load &&
        address !== undefined &&
        address >= segment.address &&
        address < segment.address + segment.length,
    );
    if (address === undefined || place === undefined) return { libraries: [], folders: [] };
    const names = this.at(place.offset + address - place.address, mostBytes);
    const all = (...tags: readonly number[]): string[] =>
      entries.filter(({ tag }) => tags.includes(tag)).map(({ value }) => textAt(names, value));
    const own = all(dynamicTag.rpath, dynamicTag.runpath).flatMap((text) => text.split(':'));
    return {
      libraries: all(dynamicTag.needed),
      folders: own.map((folder) => folder.replace(/\$\{?ORIGIN\}?/, dirname(this.#path))),
    };
  }
}

function textAt(bytes: Buffer, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return bytes.subarray(offset, end < 0 ? bytes.length : end).toString();
}

function needsOf(path: string): Needs {
  const file = openSync(path, 'r');
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
 * Throws `usage` for what is no program, `infrastructure` where a library is missing.
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
