import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { type Driver, driverOf } from './driver.ts';
import type { Guest } from './guests.ts';
import { type Machine, readMachine, readNetworkFile } from './machine-files.ts';
import { type GuestLine, mergedLines, scriptLines } from './ordering.ts';
import { defaultMachines, type Machines } from './topology.ts';

/** Larger files of a test are no scripts, references or parameters that anybody wrote. */
const largest = 16 * 1024 * 1024;

/** A `testing/` tree: where its parts are, how its driver works, and the test bed that it describes. */
export interface TestingTree {
  readonly dir: string;
  readonly driver: Driver;
  readonly machines: Machines;
}

/** Looks at a tree. Throws `usage` where it is not a test suite of this kind. */
export function openTree(dir: string): TestingTree {
  const kvm = join(dir, 'kvm');
  const xml = entries(join(kvm, 'vm')).filter((name) => name.endsWith('.xml'));
  if (xml.length === 0 || !isFile(join(dir, 'pluto', 'TESTLIST'))) {
    throw new EspalierError('usage', "is not libreswan's testing folder", {
      file: dir,
      remedy: 'give the folder that holds pluto/TESTLIST and kvm/vm',
    });
  }
  const textOf = (...path: readonly string[]): string =>
    isFile(join(dir, ...path)) ? readText(join(dir, ...path)) : '';
  const driver = driverOf({
    machines: xml.map((name) => name.slice(0, -'.xml'.length)),
    upgrades: entries(join(kvm, 'upgrade')).flatMap((name) => /^([a-z]\w*)\.sh$/.exec(name)?.[1] ?? []),
    folders: entries(kvm).filter((name) => isFile(join(kvm, name, 'upgrade.sh'))),
    runner: textOf('utils', 'fab', 'runner.py'),
    sanitizer: textOf('utils', 'sanitizer.sh'),
  });
  return { dir, driver, machines: machinesOf(kvm, xml) };
}

/** The test bed as the tree describes it, else that of 5.2. */
function machinesOf(kvm: string, xml: readonly string[]): Machines {
  const folder = join(kvm, 'systemd', 'network');
  const files = entries(folder).filter((name) => name.endsWith('.network'));
  const networks = files.flatMap((name) => readNetworkFile(readText(join(folder, name))) ?? []);
  if (networks.length === 0) return defaultMachines;
  const machines = xml.flatMap((name): [string, Machine][] => {
    const machine = readMachine(readText(join(kvm, 'vm', name)), networks);
    return machine === undefined ? [] : [[name.slice(0, -'.xml'.length), machine]];
  });
  return new Map(machines);
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
export function readTest({ dir: testing, driver }: TestingTree, name: string): TestFiles {
  const dir = join(testing, 'pluto', name);
  const files = testFolder(dir);
  const merged = driver.merged(files);
  const lines = merged ? mergedLines(readText(join(dir, merged.script)), merged) : ordered(driver, dir, files);
  const used = new Set(lines.map((line) => line.guest));
  const guests = driver.guests.filter((guest) => used.has(guest));
  return { dir, files, lines, guests };
}

function ordered(driver: Driver, dir: string, files: readonly string[]): GuestLine[] {
  const scripts = files.filter((file) => /^[^.].*\.sh$/s.test(file) || file === '.sh');
  const cache = new Map<string, ReturnType<typeof scriptLines>>();
  return driver.order(scripts).flatMap(({ script, guest }) => {
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
