import { join } from 'node:path';
import { canHave } from '../../supply/kernel/selftest-options.ts';
import type { SuiteFiles } from '../suite-files.ts';
import type { HelperFailure } from './make-errors.ts';
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
  const makefile = text('Makefile');
  const variables = makeVariables(makefile ?? '');
  const listed = (name: string): readonly string[] => variables.get(name) ?? [];
  const scripts = [
    ...listed('TEST_PROGS'),
    ...listed('TEST_PROGS_EXTENDED'),
    ...besides.filter((name) => name.includes('.')),
  ];
  const compiled = [
    ...listed('TEST_GEN_PROGS'),
    ...listed('YNL_GEN_PROGS'),
    ...besides.filter((name) => files.isFile(join(dir, `${name}.c`))),
  ];
  // kselftest's runner, whose limit this is, takes tests from Makefiles only.
  const timeout = makefile === undefined ? 0 : timeoutOf(text('settings'));
  const there = scripts.filter((file) => files.isFile(join(dir, file)));
  return [...there.map((file) => [file, false] as const), ...compiled.map((file) => [file, true] as const)].map(
    ([file, isCompiled]) => ({ name: `${path}/${file}`, folder: path, file, timeout, compiled: isCompiled }),
  );
}

/** Scripts of functions: most programs that name one call few of them. */
const library = /lib\.sh$/;

/** The text that a program is judged to need things by: a script's own and those of its folder that it names, or the source of what is compiled. */
export function textOf(files: SuiteFiles, { folder, file, compiled }: TestProgram): string {
  const dir = join(files.dir, selftests, folder);
  const read = (name: string): string =>
    files.isFile(join(dir, name)) ? files.read(join(dir, name), largest).toString('latin1') : '';
  if (compiled) return read(`${file}.c`);
  const texts = new Map([[file, read(file)]]);
  for (const text of texts.values()) {
    const named = text.match(/(?<![\w.-])[\w-]+\.sh\b/g) ?? [];
    for (const name of named) if (!library.test(name) && !texts.has(name)) texts.set(name, read(name));
  }
  return [...texts.values()].join('\n');
}

/** Bytes of a script's first line. */
const longestStart = 256;

/** What a script without permission to be executed is started with, as kselftest's runner does: what its first line names. */
export function interpreterOf(files: SuiteFiles, { folder, file, compiled }: TestProgram): string | undefined {
  const path = join(files.dir, selftests, folder, file);
  if (compiled || (files.mode(path) & 0o111) !== 0) return undefined;
  return /^#!\s*(\S[^\n]*)/.exec(files.beginning(path, longestStart).toString('latin1'))?.[1]?.trim();
}

/** Folders with helpers that no test of the suite's list is in. */
const helperFolders = ['net/lib'];

/** What is compiled of a tree, by path below the selftests, and what of it the suite does not compile. */
export interface Helpers {
  /** In folders with a Makefile. */
  readonly targets: readonly string[];
  readonly left: readonly HelperFailure[];
}

/** Variables with programs that are compiled each by itself. */
const single = ['TEST_GEN_PROGS', 'TEST_GEN_PROGS_EXTENDED', 'TEST_GEN_FILES'];

/** Programs that the tree's Makefiles make from one source each. What needs generated code or a second compiler is left. */
export function helpersOf(files: SuiteFiles): Helpers {
  const parts = [...folders.map(({ path }) => path), ...helperFolders].map((path) => helpersIn(files, path));
  return { targets: parts.flatMap(({ targets }) => targets), left: parts.flatMap(({ left }) => left) };
}

function helpersIn(files: SuiteFiles, folder: string): Helpers {
  const dir = join(files.dir, selftests, folder);
  const makefile = join(dir, 'Makefile');
  if (!files.isFile(makefile)) return { targets: [], left: [] };
  const variables = makeVariables(files.text(makefile, largest));
  const listed = (names: readonly string[]): string[] => names.flatMap((name) => variables.get(name) ?? []);
  const targets = [...new Set(listed(single))].filter((name) => !name.endsWith('.bpf.o'));
  const generated = listed(['YNL_GEN_PROGS', 'YNL_GEN_FILES']).map((helper) => ({
    ...{ folder, helper },
    why: `${folder}/Makefile links it with code that YNL generates, which is not built here`,
  }));
  const objects = files.entries(dir).flatMap(({ name }) => /^(.*\.bpf)\.c$/.exec(name)?.[1] ?? []);
  const bpf = objects.map((name) => ({
    ...{ folder, helper: `${name}.o` },
    why: `${folder}/${name}.c is compiled to BPF by clang, which is not there`,
  }));
  return { targets: targets.map((name) => `${folder}/${name}`), left: [...generated, ...bpf] };
}

/** Options that a folder's `config` asks for and a lab's kernel could have: `CONFIG_XFRM_USER`. */
export function wantedOptions(files: SuiteFiles, folder: string): string[] {
  const path = join(files.dir, selftests, folder, 'config');
  if (!files.isFile(path)) return [];
  const asked = [...files.text(path, largest).matchAll(/^(CONFIG_\w+)=[ym]\s*$/gm)].map(([, name = '']) => name);
  return asked.filter(canHave);
}
