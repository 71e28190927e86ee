/** The kernel whose source is changed in one place at a time: unpacked and built once, then made anew file by file. */
import { copyFileSync, existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { sha256 } from '../../src/base/files.ts';
import { cacheDir } from '../../src/base/folders.ts';
import { succeed } from '../../src/base/processes.ts';
import { programLimits } from '../../src/base/program-limits.ts';
import { startProgress } from '../../src/base/progress.ts';
import { readLock } from '../../src/supply/debian/lock-file.ts';
import { buildKernel, remakeKernel } from '../../src/supply/kernel/build.ts';
import { type Flavour, wantedConfig } from '../../src/supply/kernel/flavours.ts';
import { canonicalKconfig } from '../../src/supply/kernel/kconfig.ts';
import { applyPatches, identityOf } from '../../src/supply/kernel/patches.ts';
import { patchesOf } from '../../src/supply/kernel/recipe.ts';
import { kernelSources, unpackKernelSource } from '../../src/supply/kernel/source.ts';

/** About as many as a build of the tested kernel compiles; only the display needs it. */
const expectedObjects = 1070;

/** Behind the name of a source file and of its object: what was there before the change. */
const journal = '.before-mutant';

/** A kernel tree with its objects. */
export interface MutableTree {
  /** Version of Debian's package. */
  readonly version: string;
  readonly flavour: Flavour;
  readonly dir: string;
  /** The kernel without a mutant. */
  readonly kernel: string;
}

/** Why a change says nothing about a suite: the compiler refuses it, its object is as before, or the configuration leaves out the file. */
export type Uncounted = 'does not compile' | 'changes no object' | 'is not compiled';

/** What a change of one file made of the kernel. */
type Outcome = { readonly kernel: string } | { readonly uncounted: Uncounted };

/** The tree of the tested source with the options of a flavour. It is kept in the cache; the first time takes minutes. */
export async function mutableTree(flavour: Flavour, signal: AbortSignal): Promise<MutableTree> {
  const source = await testedSource();
  const config = wantedConfig(flavour);
  const patches = patchesOf({ flavour, plain: false });
  const id = sha256(`${canonicalKconfig(config)}\0${identityOf(patches)}`).slice(0, 12);
  const home = cacheDir('kernel-mutants', `${source.version}-${flavour}-${id}`);
  const [inner, ready] = [join(home, 'tree'), join(home, 'ready')];
  const tree = (dir: string): MutableTree => ({ version: source.version, flavour, dir, kernel: join(home, 'linux') });
  if (existsSync(ready)) {
    const dir = readFileSync(ready, 'utf8');
    restore(dir);
    return tree(dir);
  }
  rmSync(inner, { recursive: true, force: true });
  using progress = startProgress(`building kernel ${source.version}, flavour ${flavour}, to be changed`);
  progress.update(0, 'fetching and unpacking the source');
  const dir = await unpackKernelSource(source, inner);
  const [misfit] = applyPatches(dir, patches);
  if (misfit) throw new EspalierError('bug', `the patch ${misfit.patch} does not fit this kernel: ${misfit.why}`);
  const share = [0.12, 0.99] as const;
  await buildKernel({ source: dir, objects: dir, config, progress, share, expectedObjects, quick: true, signal });
  await take(dir, join(home, 'linux'));
  writeFileSync(ready, dir);
  return tree(dir);
}

async function testedSource(): ReturnType<typeof kernelSourceOf> {
  const tested = readLock().kernel;
  if (!tested) throw new EspalierError('bug', 'no kernel version is recorded as tested', { file: 'images/lock.json' });
  return kernelSourceOf(tested.version);
}

async function kernelSourceOf(version: string) {
  for await (const source of kernelSources()) if (source.version === version) return source;
  throw new EspalierError('infrastructure', `Debian has no kernel source ${version} any more`, {
    remedy: 'record a newer one as tested: espalier kernel build --update-lock',
  });
}

async function take(dir: string, into: string): Promise<void> {
  const part = `${into}.part`;
  await succeed('strip', ['-o', part, join(dir, 'linux')], { limits: programLimits.kernelBuild });
  renameSync(part, into);
}

/** The text of a source file as Debian has it, with `kernel/patches`. */
export function sourceText({ dir }: MutableTree, file: string): string {
  return readFileSync(join(dir, file), 'utf8');
}

/**
 * Builds the kernel with another text of one file into `into`. The tree is as before afterwards, also where the build fails.
 * @param file path in the tree, `.c`
 */
export async function buildWith(
  { dir }: MutableTree,
  { file, text, into }: { readonly file: string; readonly text: string; readonly into: string },
  signal: AbortSignal,
): Promise<Outcome> {
  const [path, object] = [join(dir, file), file.replace(/\.c$/, '.o')];
  if (!existsSync(join(dir, object))) return { uncounted: 'is not compiled' };
  const kept = { source: readFileSync(path), object: readFileSync(join(dir, object)) };
  writeFileSync(join(dir, object) + journal, kept.object);
  writeFileSync(path + journal, kept.source);
  writeFileSync(path, text);
  try {
    if (!(await compiles(dir, object, signal))) return { uncounted: 'does not compile' };
    if (kept.object.equals(readFileSync(join(dir, object)))) return { uncounted: 'changes no object' };
    await remakeKernel(dir, ['linux'], signal);
    await take(dir, into);
    return { kernel: into };
  } finally {
    writeFileSync(path, kept.source);
    // Younger than its source, so that make leaves it alone.
    writeFileSync(join(dir, object), kept.object);
    rmSync(path + journal);
    rmSync(join(dir, object) + journal);
  }
}

async function compiles(dir: string, object: string, signal: AbortSignal): Promise<boolean> {
  try {
    await remakeKernel(dir, [object], signal);
    return true;
  } catch (error) {
    if (error instanceof EspalierError && error.detail.command?.startsWith('make ')) return false;
    throw error;
  }
}

/** Puts back what a process that was killed had changed: objects last, which are then younger than their sources. */
export function restore(dir: string): void {
  for (const name of ['c', 'o'].flatMap((end) => globSync(`net/**/*.${end}${journal}`, { cwd: dir }))) {
    const kept = join(dir, name);
    copyFileSync(kept, kept.slice(0, -journal.length));
    rmSync(kept);
  }
}
