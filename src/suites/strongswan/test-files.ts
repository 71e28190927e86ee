import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { descriptionOf, textOfHtml } from '../description.ts';
import type { SuiteFiles } from '../suite-files.ts';
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

/** Bytes of a file of lines; the largest real one has 14,000. */
export const largestText = 256 * 1024;

/** A test's name, and why there is no more of it. */
export interface NamedTest {
  readonly name: string;
  readonly broken?: string;
}

/** All tests, `<folder>/<test>`, in the order in which the suite's driver runs them; a folder that cannot be read is one that is broken. */
export function testNames(suite: SuiteFiles): NamedTest[] {
  const named = foldersIn(suite, '').flatMap((folder) =>
    folder.broken === undefined ? foldersIn(suite, folder.name) : [folder],
  );
  return named.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Folders below one of `tests/`, links to folders too. A file is no test; neither is a special file. */
function foldersIn(suite: SuiteFiles, folder: string): NamedTest[] {
  const path = join(suite.dir, 'tests', folder);
  try {
    return suite.entries(path).flatMap(({ name: own, kind, isLink, why = '' }): NamedTest[] => {
      const name = join(folder, own);
      if (kind === 'folder') return [{ name }];
      return kind === 'broken' && isLink ? [{ name, broken: `${join(path, own)}: ${why}` }] : [];
    });
  } catch (error) {
    if (folder === '' || !(error instanceof EspalierError)) throw error;
    return [{ name: folder, broken: `${error.detail.file ?? path}: ${error.message}` }];
  }
}

const required = ['description.txt', 'test.conf', 'pretest.dat', 'evaltest.dat', 'posttest.dat'] as const;

/** Reads a test. Throws `scenario` where a file is missing, as the suite's driver passes over such a test. */
export function readTest(suite: SuiteFiles, name: string): TestFiles {
  const test = join(suite.dir, 'tests', name);
  for (const file of required) {
    if (!suite.exists(join(test, file))) throw new EspalierError('scenario', 'is missing', { file: join(test, file) });
  }
  const text = (file: string): string => suite.read(join(test, file), largestText).toString('latin1');
  const html = suite.beginning(join(test, 'description.txt'), largestText).toString('utf8');
  return {
    dir: test,
    description: descriptionOf(Buffer.from(textOfHtml(html))),
    conf: readTestConf(text('test.conf')),
    pretest: readCommands(withAddresses(text('pretest.dat'))),
    evaltest: readChecks(withAddresses(text('evaltest.dat'))),
    posttest: readCommands(withAddresses(text('posttest.dat'))),
    overlay: overlayOf(suite, test),
  };
}

/** All files below `hosts/<host>/etc`. */
function overlayOf(suite: SuiteFiles, test: string): OverlayFile[] {
  const hosts = join(test, 'hosts');
  if (!suite.exists(hosts)) return [];
  return suite.entries(hosts).flatMap(({ name: host }) => {
    const top = join(hosts, host);
    const etc = join(top, 'etc');
    if (!suite.exists(etc)) return [];
    const files = suite.filesBelow(etc);
    return files.map((source) => ({ host, source, path: source.slice(top.length) }));
  });
}

/** Content and mode of an overlay file, addresses in place; links in the suite are followed, as the driver does. */
export function readOverlayFile(suite: SuiteFiles, { source }: OverlayFile): { content: Uint8Array; mode: number } {
  return { content: fileWithAddresses(source, suite.read(source)), mode: suite.mode(source) };
}
