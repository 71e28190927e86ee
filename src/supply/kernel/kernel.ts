import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../base/artifacts.ts';
import { EspalierError, Untestable } from '../../base/errors.ts';
import { sha256, sha256File, temporaryBeside } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { say, warn } from '../../base/log.ts';
import { succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import { startProgress } from '../../base/progress.ts';
import { readLock, updateLock } from '../debian/lock-file.ts';
import { ensureTools } from '../debian/machine-tools.ts';
import { CommitCopy } from '../source/commit-copy.ts';
import { firstError } from '../source/first-error.ts';
import { type BuiltKernel, buildKernel, type KernelBuild } from './build.ts';
import { buildFolderOf, hasNotes, keepNotes } from './coverage.ts';
import { configFor, isUsual, type Purpose } from './flavours.ts';
import { canonicalKconfig } from './kconfig.ts';
import { keepSources, sourcesOf } from './kept-sources.ts';
import { applyPatches, type KernelPatch } from './patches.ts';
import { hashOfRecipe, type KernelRequest, patchesOf, purposeText, type Recipe, recipeOf } from './recipe.ts';
import { refuseBuilt } from './refuse-built.ts';
import { type KernelSource, kernelSources, unpackKernelSource } from './source.ts';
import { versionOf } from './version.ts';

/** A kernel binary that labs can boot. */
export interface Kernel {
  /** The executable. */
  readonly path: string;
  /** Version and hash of what it was made from: `7.2.13-1-0123456789ab`. */
  readonly id: string;
  readonly sha256: string;
  readonly version: string;
  /** Names of what it has built in that could be modules; absent: not known, as of a binary that the user gives. */
  readonly builtIn?: readonly string[];
  /** The folder that it was built in, where it counts what it runs: below it, the kernel names its counters. */
  readonly counters?: string;
}

const factsSchema = z.object({
  version: z.string(),
  flavour: z.string(),
  /** Of the options and the patches that were wanted. */
  configHash: z.string(),
  /** Names of the patches that it has; absent: it was made before there were any. */
  patches: z.array(z.string()).exactOptional(),
  /** Unstripped, with debugging information. */
  debug: z.literal(true).exactOptional(),
  /** Counts what runs; the notes that explain its counters lie beside it. */
  coverage: z.literal(true).exactOptional(),
  /** Has the kernel's own checkers. */
  checkers: z.literal(true).exactOptional(),
  /** Options of the user's own that it was built with (`--kconfig`). */
  options: z.record(z.string(), z.string()).exactOptional(),
  compiler: z.string(),
  objects: z.number(),
  buildMs: z.number(),
  /** Paths of `modules.builtin`; absent: it was made before they were kept. */
  builtIn: z.array(z.string()).exactOptional(),
});
export type KernelFacts = z.infer<typeof factsSchema>;

/** Kernels made here or imported. */
export const kernelStore = new ArtifactStore<KernelFacts>({ name: 'kernel', file: 'linux', facts: factsSchema });

/** Part of a kernel's identity: increase it when a change to the build changes the binary. */
const buildMethod = 2;

/** Counted for 7.2 with today's fragment; later builds count for themselves. */
const objectsOfFirstBuild = 1070;
/** Wall time: 2 min 45 s on two cores, beside the image. */
const msOfFirstBuild = 330_000 / availableParallelism();

function asKernel(artifact: Artifact<KernelFacts>): Kernel {
  const { version, builtIn } = artifact.facts;
  const counters = artifact.facts.coverage && { counters: buildFolderOf(artifact.path) };
  return {
    path: artifact.path,
    id: artifact.id,
    sha256: artifact.sha256,
    version,
    ...(builtIn && { builtIn }),
    ...counters,
  };
}

/**
 * The kernel for a run. Without a selection: the newest one in the cache that was built with
 * today's options, else one is built, which takes minutes and shows its progress.
 */
export async function ensureKernel(wish: KernelRequest = {}): Promise<Kernel> {
  if (wish.selection !== undefined) return selectedKernel(resolve(wish.selection), wish);
  return presentKernel(wish) ?? buildDebianKernel(wish);
}

/** The newest kernel in the cache that was built with today's options and patches, or without those. */
export function presentKernel(wish: Pick<KernelRequest, 'flavour' | 'plain' | keyof Purpose> = {}): Kernel | undefined {
  const recipe = recipeOf(wish);
  const hash = hashOfRecipe(recipe);
  const fits = ({ path, facts }: Artifact<KernelFacts>): boolean =>
    facts.configHash === hash && facts.flavour === recipe.flavour && (!recipe.coverage || hasNotes(path));
  const present = kernelStore.list().find(fits);
  return present && asKernel(present);
}

/** Builds Debian's newest kernel unless exactly that one is in the cache. */
export async function buildDebianKernel(wish: KernelRequest & { updateLock?: boolean } = {}): Promise<Kernel> {
  await ensureTools('kernel');
  const recipe = recipeOf(wish);
  const compiler = await compilerVersion();
  for await (const source of kernelSources()) {
    compareWithLock(source, wish.updateLock === true);
    const id = idOf(recipe, source, compiler);
    try {
      const making = { recipe, compiler, signal: wish.signal };
      const make = (file: string): Promise<KernelFacts> => buildFromSource(source, making, file);
      return asKernel(await kernelStore.ensure(id, make, () => say('waiting for the kernel, which is being built')));
    } catch (error) {
      if (!(error instanceof EspalierError) || error.fault !== 'infrastructure' || !error.detail.file) throw error;
      // Only a file the archive lacks is a reason to take another suite's kernel.
      if (!/:\/\//.test(error.detail.file)) throw error;
      warn(`${error.message}; trying the next suite`);
    }
  }
  throw new EspalierError('bug', 'the list of kernel sources ended without an error');
}

function compareWithLock(source: KernelSource, update: boolean): void {
  const tested = readLock().kernel;
  if (update) updateLock((lock) => ({ ...lock, kernel: { ...source } }));
  else if (tested && tested.version !== source.version) {
    warn(`using kernel source ${source.version}; this Espalier was tested with ${tested.version}`);
  }
}

function idOf(recipe: Recipe, { version }: KernelSource, compiler: string): string {
  const hash = hashOfRecipe(recipe);
  return `${version}-${sha256(`${buildMethod} ${hash} ${compiler}`).slice(0, 12)}`;
}

interface Making {
  readonly recipe: Recipe;
  readonly compiler: string;
  readonly signal?: AbortSignal | undefined;
}

/** Builds one flavour from nothing. The other one is built when a lab needs it: most users have none that does. */
async function buildFromSource(source: KernelSource, { recipe, ...how }: Making, file: string): Promise<KernelFacts> {
  const work = mkdtempSync(join(cacheDir('work'), 'kernel-'));
  try {
    const expectedMs = largestBuild()?.buildMs ?? msOfFirstBuild;
    const flavour = recipe.flavour === 'standard' ? '' : `, flavour ${recipe.flavour}`;
    const title = `building the lab's kernel ${source.version}${flavour}${purposeText(recipe)}`;
    using progress = startProgress(title, { expectedMs });
    progress.update(0, 'fetching and unpacking the source');
    const tree = await unpackKernelSource(source, work);
    const patches = patchSource(tree, source, patchesOf(recipe));
    const share = [0.12, 0.99] as const;
    const facts = await buildFlavour({ ...how, tree, recipe, version: source.version, patches, progress, share }, file);
    progress.end(title.replace('building', 'built'));
    return facts;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Applies what fits; names the patches that did. The source that this Espalier was tested with must take all of them. */
function patchSource(tree: string, source: KernelSource, patches: readonly KernelPatch[]): string[] {
  const misfits = applyPatches(tree, patches);
  for (const { patch, why } of misfits) {
    const message = `the patch ${patch} does not fit this kernel: ${why}`;
    if (readLock().kernel?.version === source.version) throw new EspalierError('bug', message);
    warn(`${message}; built without it`);
  }
  return patches.map(({ name }) => name).filter((name) => !misfits.some(({ patch }) => patch === name));
}

interface Wanted extends Pick<KernelBuild, 'progress' | 'share' | 'signal'> {
  readonly tree: string;
  readonly recipe: Recipe;
  readonly version: string;
  readonly patches: readonly string[];
  readonly compiler: string;
}

async function buildFlavour(
  { tree, recipe, version, patches, compiler, ...how }: Wanted,
  file: string,
): Promise<KernelFacts> {
  const started = performance.now();
  const { flavour, debug, coverage, checkers, options } = recipe;
  const config = configFor(recipe, tree);
  // Of what is read now: whoever edits a fragment during the build gets a kernel without the edit.
  const configHash = hashOfRecipe(recipe);
  const expectedObjects = largestBuild()?.objects ?? objectsOfFirstBuild;
  const built = await buildKernel({
    source: tree,
    objects: tree,
    config,
    expectedObjects,
    quick: true,
    coverage,
    ...how,
  });
  if (debug) {
    copyFileSync(built.binary, file);
    keepSources(tree, sourcesOf(file));
  } else await strip(built.binary, file);
  if (coverage) keepNotes({ tree, objects: tree }, file);
  const buildMs = Math.round(performance.now() - started);
  const { objects, builtIn } = built;
  const purpose = { ...(debug && { debug }), ...(coverage && { coverage }), ...(checkers && { checkers }) };
  const kept = { ...(builtIn && { builtIn: [...builtIn] }), ...purpose };
  const own = options.size > 0 && { options: Object.fromEntries(options) };
  return { version, flavour, configHash, patches: [...patches], compiler, objects, buildMs, ...kept, ...own };
}

async function strip(binary: string, into: string): Promise<void> {
  await succeed('strip', ['-o', into, binary], { limits: programLimits.kernelBuild });
}

/** What an earlier build from nothing took. */
function largestBuild(): KernelFacts | undefined {
  const usual = kernelStore.list().filter(({ facts }) => isUsual(facts));
  const [largest] = usual.sort((a, b) => b.facts.objects - a.facts.objects);
  return largest?.facts;
}

/** First line of the compiler's version; part of a kernel's identity. */
async function compilerVersion(): Promise<string> {
  return (await succeed('gcc', ['--version'])).stdout.toString().split('\n')[0] ?? '';
}

async function selectedKernel(path: string, wish: KernelRequest): Promise<Kernel> {
  refuseBuilt(path, wish);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return commitKernel(path, wish);
  if (stat.isFile()) return binaryKernel(path);
  const ready = join(path, 'linux');
  if (existsSync(ready) && statSync(ready).isFile()) return binaryKernel(ready);
  return treeKernel(path, wish);
}

/** A binary as the user gives it. */
async function binaryKernel(path: string): Promise<Kernel> {
  const version = await versionOf(path);
  if (version === undefined) {
    throw new EspalierError('usage', 'is not a User Mode Linux kernel: it does not answer --version', { file: path });
  }
  const sha = await sha256File(path);
  return { path, id: `${version}-${sha.slice(0, 12)}`, sha256: sha, version };
}

/** `DIR@COMMIT`: a copy of the commit, which keeps the dates of what other commits share, so that make builds what differs. */
async function commitKernel(path: string, wish: KernelRequest): Promise<Kernel> {
  const at = path.lastIndexOf('@');
  const dir = path.slice(0, Math.max(0, at));
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EspalierError('usage', 'does not exist', { file: path });
  }
  const copy = new CommitCopy({ dir, commit: path.slice(at + 1) });
  return treeKernel(copy.path, { ...wish, prepare: () => copy.bring() });
}

/** What does not compile is the tree's, not this machine's. */
async function buildPersonsKernel(build: KernelBuild): Promise<BuiltKernel> {
  try {
    return await buildKernel(build);
  } catch (error) {
    if (!(error instanceof EspalierError) || !error.detail.command?.startsWith('make ')) throw error;
    if (error.fault !== 'infrastructure') throw error;
    const output = firstError((error.detail.output ?? '').split('\n')).join('\n');
    throw new Untestable('does not build', { file: build.source, output, cause: error });
  }
}

/** A source tree of the user's: built with our options beside it, in the cache, incrementally. */
async function treeKernel(tree: string, wish: KernelRequest & { prepare?: () => Promise<void> }): Promise<Kernel> {
  await ensureTools('kernel');
  const recipe = recipeOf(wish);
  // Objects of two flavours in one folder would be compiled anew whenever the other one was wanted last.
  const kind = [
    ...(recipe.flavour === 'standard' ? [] : [recipe.flavour]),
    ...(recipe.debug ? ['debug'] : []),
    ...(recipe.coverage ? ['coverage'] : []),
    ...(recipe.checkers ? ['checkers'] : []),
    ...(recipe.options.size > 0 ? [canonicalKconfig(recipe.options)] : []),
  ];
  const objects = join(cacheDir('kernel-trees'), sha256([tree, ...kind].join('\n')).slice(0, 16));
  return withLock(`${objects}.lock`, async () => {
    await wish.prepare?.();
    using progress = startProgress(`building the kernel of ${tree}`);
    const build = await buildPersonsKernel({
      source: tree,
      objects,
      config: configFor(recipe, tree),
      progress,
      share: [0, 0.97],
      expectedObjects: largestBuild()?.objects ?? objectsOfFirstBuild,
      quick: false,
      coverage: recipe.coverage,
      signal: wish.signal,
    });
    const stripped = recipe.debug ? build.binary : join(objects, 'linux.stripped');
    if (!recipe.debug) await strip(build.binary, stripped);
    const sha = await sha256File(stripped);
    // A run keeps its kernel although the tree is built again meanwhile.
    const kept = join(cacheDir('kernel-trees'), `linux-${sha.slice(0, 12)}`);
    if (!existsSync(kept)) {
      const copy = temporaryBeside(kept);
      copyFileSync(stripped, copy);
      renameSync(copy, kept);
    }
    if (recipe.coverage && !hasNotes(kept)) keepNotes({ tree, objects }, kept);
    const { release: version, builtIn } = build;
    const more = { ...(builtIn && { builtIn }), ...(recipe.coverage && { counters: buildFolderOf(kept) }) };
    return { path: kept, id: `${version}-${sha.slice(0, 12)}`, sha256: sha, version, ...more };
  });
}
