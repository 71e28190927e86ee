import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { descriptionOf, textOfHtml } from '../description.ts';
import { fileWithAddresses, withAddresses } from './addresses.ts';
import { type CheckLine, type CommandLine, type DatFile, readChecks, readCommands } from './dat-lines.ts';
import { readTestConf, type TestConf } from './test-conf.ts';

/** A file that a test lays over those of a host. */
export interface OverlayFile {
  readonly host: string;
  /** Absolute, on the host. */
  readonly path: string;
  /** Where it lies in the suite. */
  readonly source: string;
}

/** A test as its folder tells it. */
export interface TestFiles {
  readonly dir: string;
  readonly description: string | undefined;
  readonly conf: TestConf | { readonly strange: string };
  readonly pretest: DatFile<CommandLine>;
  readonly evaltest: DatFile<CheckLine>;
  readonly posttest: DatFile<CommandLine>;
  readonly overlay: readonly OverlayFile[];
}

const required = ['description.txt', 'test.conf', 'pretest.dat', 'evaltest.dat', 'posttest.dat'] as const;

/** Names of all tests, `<folder>/<test>`, in the order in which the suite's driver runs them. */
export function testNames(dir: string): string[] {
  const tests = join(dir, 'tests');
  const folders = readdirSync(tests, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name }) => {
      const inside = readdirSync(join(tests, name), { withFileTypes: true });
      return inside.filter((entry) => entry.isDirectory()).map((entry) => `${name}/${entry.name}`);
    })
    .sort();
}

/** Reads a test. Throws `scenario` where a file is missing, as the suite's driver passes over such a test. */
export function readTest(dir: string, name: string): TestFiles {
  const test = join(dir, 'tests', name);
  for (const file of required) {
    if (!existsSync(join(test, file))) throw new EspalierError('scenario', 'is missing', { file: join(test, file) });
  }
  const text = (file: string): string => readFileSync(join(test, file), 'latin1');
  return {
    dir: test,
    description: descriptionOf(Buffer.from(textOfHtml(readFileSync(join(test, 'description.txt'), 'utf8')))),
    conf: readTestConf(text('test.conf')),
    pretest: readCommands(withAddresses(text('pretest.dat'))),
    evaltest: readChecks(withAddresses(text('evaltest.dat'))),
    posttest: readCommands(withAddresses(text('posttest.dat'))),
    overlay: overlayOf(test),
  };
}

/** All files below `hosts/<host>/etc`. */
function overlayOf(test: string): OverlayFile[] {
  const hosts = join(test, 'hosts');
  if (!existsSync(hosts)) return [];
  return readdirSync(hosts).flatMap((host) => {
    const top = join(hosts, host);
    const etc = join(top, 'etc');
    if (!existsSync(etc)) return [];
    const entries = readdirSync(etc, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((source) => ({ host, source, path: source.slice(top.length) }));
  });
}

/** Content and mode of an overlay file, addresses in place; links are followed, as the driver does. */
export function readOverlayFile({ source }: OverlayFile): { content: Uint8Array; mode: number } {
  try {
    const link = lstatSync(source).isSymbolicLink();
    return {
      content: fileWithAddresses(source, readFileSync(source)),
      mode: (link ? statSync : lstatSync)(source).mode & 0o777,
    };
  } catch (cause) {
    throw new EspalierError('scenario', `cannot be read: ${(cause as Error).message}`, { file: source, cause });
  }
}
