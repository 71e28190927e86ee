import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { SuiteFiles } from '../suite-files.ts';
import { type Driver, driverOf } from './driver.ts';
import type { Guest } from './guests.ts';
import { type Machine, readMachine, readNetworkFile } from './machine-files.ts';
import { type GuestLine, mergedLines, scriptLines } from './ordering.ts';
import { defaultMachines, type Machines } from './topology.ts';

/** Bytes of a script, a configuration or a list that anybody wrote; the largest real one has 72,000. */
export const largestScript = 1024 * 1024;
/** Bytes of a file that describes a machine; real ones have some thousand. */
const largestMachine = 64 * 1024;
/** Lines that a test types, on all guests together; the longest real one types some hundreds. */
const mostLines = 20_000;
/** Files of one kind that describe the test bed. Real ones have up to thirty. */
const mostMachines = 100;

/** A `testing/` tree: where its parts are, how its driver works, and the test bed that it describes. */
export interface TestingTree {
  readonly dir: string;
  readonly suite: SuiteFiles;
  readonly driver: Driver;
  readonly machines: Machines;
}

/** Looks at a tree. Throws `usage` where it is not a test suite of this kind. */
export function openTree(dir: string): TestingTree {
  try {
    return lookAt(new SuiteFiles(dir), dir);
  } catch (cause) {
    // What describes the test bed is no test's: without it there is no suite.
    if (!(cause instanceof EspalierError) || cause.fault === 'usage') throw cause;
    throw new EspalierError('usage', cause.message, { file: dir, ...cause.detail, cause });
  }
}

/** Where trees describe their virtual machines: since 5.0, and before. */
const testBeds = ['kvm', 'libvirt'];

function lookAt(suite: SuiteFiles, dir: string): TestingTree {
  const kvm = join(dir, testBeds.find((name) => suite.isFolder(join(dir, name, 'vm'))) ?? '');
  const xml = namesIn(suite, join(kvm, 'vm')).filter((name) => name.endsWith('.xml'));
  if (xml.length === 0 || !suite.isFile(join(dir, 'pluto', 'TESTLIST'))) {
    throw new EspalierError('usage', "is not libreswan's testing folder", {
      file: dir,
      remedy: 'give the folder that holds pluto/TESTLIST and kvm/vm, or libvirt/vm',
    });
  }
  const textOf = (...path: readonly string[]): string => {
    const file = join(dir, ...path);
    return suite.isFile(file) ? suite.text(file, largestScript) : '';
  };
  const driver = driverOf({
    machines: xml.map((name) => name.slice(0, -'.xml'.length)),
    upgrades: namesIn(suite, join(kvm, 'upgrade')).flatMap((name) => /^([a-z]\w*)\.sh$/.exec(name)?.[1] ?? []),
    folders: namesIn(suite, kvm).filter((name) => suite.isFile(join(kvm, name, 'upgrade.sh'))),
    runner: textOf('utils', 'fab', 'runner.py'),
    sanitizer: textOf('utils', 'sanitizer.sh'),
  });
  return { dir, suite, driver, machines: machinesOf(suite, kvm, xml) };
}

/** The test bed as the tree describes it, else that of 5.2. */
function machinesOf(suite: SuiteFiles, kvm: string, xml: readonly string[]): Machines {
  const folder = join(kvm, 'systemd', 'network');
  const files = namesIn(suite, folder).filter((name) => name.endsWith('.network'));
  const networks = files.flatMap((name) => readNetworkFile(suite.text(join(folder, name), largestMachine)) ?? []);
  if (networks.length === 0) return defaultMachines;
  const machines = xml.flatMap((name): [string, Machine][] => {
    const machine = readMachine(suite.text(join(kvm, 'vm', name), largestMachine), networks);
    return machine === undefined ? [] : [[name.slice(0, -'.xml'.length), machine]];
  });
  return new Map(machines);
}

function namesIn(suite: SuiteFiles, dir: string): string[] {
  const names = suite.isFolder(dir) ? suite.entries(dir).map(({ name }) => name) : [];
  if (names.length <= mostMachines) return names;
  throw new EspalierError('scenario', `holds ${names.length} files, the limit is ${mostMachines}`, { file: dir });
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
  const { driver, suite } = tree;
  const dir = join(tree.dir, 'pluto', name);
  const files = testFolder(suite, dir);
  const merged = driver.merged(files);
  const lines = merged
    ? mergedLines(suite.text(join(dir, merged.script), largestScript), merged)
    : ordered(tree, dir, files);
  if (lines.length > mostLines) {
    throw new EspalierError('scenario', `types ${lines.length} lines, the limit is ${mostLines}`, { file: dir });
  }
  const used = new Set(lines.map((line) => line.guest));
  const guests = driver.guests.filter((guest) => used.has(guest));
  return { dir, files, lines, guests };
}

function ordered({ driver, suite }: TestingTree, dir: string, files: readonly string[]): GuestLine[] {
  const scripts = files.filter((file) => /^[^.].*\.sh$/s.test(file) || file === '.sh');
  const cache = new Map<string, ReturnType<typeof scriptLines>>();
  let left = mostLines;
  return driver.order(scripts).flatMap(({ script, guest }) => {
    // Who types so many already is refused; what comes after need not be read.
    if (left < 0) return [];
    const lines = cache.get(script) ?? scriptLines(suite.text(join(dir, script), largestScript));
    cache.set(script, lines);
    left -= lines.length;
    return lines.map((line) => ({ guest, script, ...line }));
  });
}

/** Names of the files of a test, in order. What a run on virtual machines left there is none of them. */
function testFolder(suite: SuiteFiles, dir: string): string[] {
  const entries = suite.entries(dir).filter(({ name }) => name !== 'OUTPUT');
  const broken = entries.find(({ kind }) => kind === 'broken');
  if (broken !== undefined) throw new EspalierError('scenario', broken.why ?? '', { file: join(dir, broken.name) });
  return entries
    .filter(({ kind }) => kind === 'file')
    .map(({ name }) => name)
    .sort();
}
