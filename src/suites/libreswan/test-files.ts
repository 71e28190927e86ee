import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { type Guest, guestsOf } from './guests.ts';
import { type GuestLine, mergedLines, mergedScripts, orderScripts, scriptLines } from './ordering.ts';

/** Larger files of a test are no scripts, references or parameters that anybody wrote. */
const largest = 16 * 1024 * 1024;

/** A `testing/` tree: where its parts are and which guests it knows. */
export interface TestingTree {
  readonly dir: string;
  readonly guests: readonly Guest[];
}

/** Looks at a tree. Throws `usage` where it is not a test suite of this kind. */
export function openTree(dir: string): TestingTree {
  const hosts = entries(join(dir, 'kvm', 'vm'))
    .filter((name) => /^.{2,}\.xml$/.test(name))
    .map((name) => name.slice(0, -'.xml'.length));
  const platforms = entries(join(dir, 'kvm')).filter((name) => isFile(join(dir, 'kvm', name, 'upgrade.sh')));
  if (hosts.length > 0 && isFile(join(dir, 'pluto', 'TESTLIST'))) return { dir, guests: guestsOf(hosts, platforms) };
  throw new EspalierError('usage', "is not libreswan's testing folder", {
    file: dir,
    remedy: 'give the folder that holds pluto/TESTLIST and kvm/vm',
  });
}

/** What a test types, on which guests, and the names of its files. */
export interface TestFiles {
  readonly dir: string;
  readonly files: readonly string[];
  readonly lines: readonly GuestLine[];
  /** Guests that a line is typed at, sorted by name. */
  readonly guests: readonly Guest[];
}

/** Reads the scripts of a test in the order in which they are typed. Throws `scenario`. */
export function readTest(tree: TestingTree, name: string): TestFiles {
  const dir = join(tree.dir, 'pluto', name);
  const files = testFolder(dir);
  const merged = mergedScripts.find((script) => files.includes(script));
  const lines = merged ? mergedLines(readText(join(dir, merged)), merged, tree.guests) : ordered(tree, dir, files);
  const used = new Set(lines.map((line) => line.guest));
  const guests = tree.guests.filter((guest) => used.has(guest));
  return { dir, files, lines, guests };
}

function ordered(tree: TestingTree, dir: string, files: readonly string[]): GuestLine[] {
  const scripts = files.filter((file) => /^[^.].*\.sh$/s.test(file) || file === '.sh');
  const cache = new Map<string, ReturnType<typeof scriptLines>>();
  return orderScripts(scripts, tree.guests).flatMap(({ script, guest }) => {
    const lines = cache.get(script) ?? scriptLines(readText(join(dir, script)));
    cache.set(script, lines);
    return lines.map((line) => ({ guest, script, ...line }));
  });
}

function testFolder(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && isFile(join(dir, entry.name))))
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    throw new EspalierError('scenario', 'the folder of the test cannot be read', { file: dir, cause });
  }
}

/** Text of a file of the test; a missing, huge or garbled one is the test's fault. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  if (!isUtf8(bytes)) throw new EspalierError('scenario', 'is not text in UTF-8', { file: path });
  return bytes.toString('utf8');
}

/** Bytes of a file of the test. */
export function readBytes(path: string): Buffer {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    if (size > largest)
      throw new EspalierError('scenario', `has ${size} bytes, the limit is ${largest}`, { file: path });
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw new EspalierError('scenario', `cannot be read: ${(cause as Error).message}`, { file: path, cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

/** True for a regular file, or a link to one. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
