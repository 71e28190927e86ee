import { join } from 'node:path';
import type { SuiteFiles } from '../suite-files.ts';
import { makeVariables } from './makefile.ts';
import { timeoutOf } from './settings.ts';

/** Where the selftests lie in a kernel tree. */
export const selftests = 'tools/testing/selftests';

/** A folder whose programs the suite runs. */
interface Folder {
  /** Below the selftests. */
  readonly path: string;
  /** Programs that no variable of its Makefile lists as tests. */
  readonly besides?: readonly string[];
}

/** In the order in which they are listed. `ipsec` is listed as a helper, though nothing calls it. `wireguard` has no Makefile. */
export const folders: readonly Folder[] = [
  { path: 'net', besides: ['ipsec'] },
  { path: 'net/mptcp' },
  { path: 'net/netfilter' },
  { path: 'net/forwarding' },
  { path: 'net/af_unix' },
  { path: 'wireguard', besides: ['netns.sh'] },
];

/** A program of the tree that is a test. */
export interface TestProgram {
  /** `net/xfrm_state.sh` */
  readonly name: string;
  readonly folder: string;
  readonly file: string;
  /** Seconds by the folder's `settings`; 0: no limit. */
  readonly timeout: number;
  /** It has to be compiled, so no file of the tree is it. */
  readonly compiled: boolean;
}

const largest = 4 * 1024 * 1024;

/** The programs of a tree, folder by folder. Nothing is compiled for that. */
export function programsOf(files: SuiteFiles): TestProgram[] {
  return folders.flatMap((folder) => programsIn(files, folder));
}

function programsIn(files: SuiteFiles, { path, besides = [] }: Folder): TestProgram[] {
  const dir = join(files.dir, selftests, path);
  if (!files.isFolder(dir)) return [];
  const text = (name: string): string | undefined =>
    files.isFile(join(dir, name)) ? files.text(join(dir, name), largest) : undefined;
  const variables = makeVariables(text('Makefile') ?? '');
  const listed = (name: string): readonly string[] => variables.get(name) ?? [];
  const scripts = [
    ...listed('TEST_PROGS'),
    ...listed('TEST_PROGS_EXTENDED'),
    ...besides.filter((name) => name.includes('.')),
  ];
  const compiled = [...listed('TEST_GEN_PROGS'), ...besides.filter((name) => files.isFile(join(dir, `${name}.c`)))];
  const timeout = timeoutOf(text('settings'));
  const there = scripts.filter((file) => files.isFile(join(dir, file)));
  return [...there.map((file) => [file, false] as const), ...compiled.map((file) => [file, true] as const)].map(
    ([file, isCompiled]) => ({ name: `${path}/${file}`, folder: path, file, timeout, compiled: isCompiled }),
  );
}

/** The text that a program is judged to need things by: a script's own, or the source of what is compiled. */
export function textOf(files: SuiteFiles, { folder, file, compiled }: TestProgram): string {
  const path = join(files.dir, selftests, folder, compiled ? `${file}.c` : file);
  return files.isFile(path) ? files.read(path, largest).toString('latin1') : '';
}

/** Options that a folder's `config` asks for: `CONFIG_XFRM_USER`. */
export function wantedOptions(files: SuiteFiles, folder: string): string[] {
  const path = join(files.dir, selftests, folder, 'config');
  if (!files.isFile(path)) return [];
  return [...files.text(path, largest).matchAll(/^(CONFIG_\w+)=[ym]\s*$/gm)].map(([, name = '']) => name);
}
