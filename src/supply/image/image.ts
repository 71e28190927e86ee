import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../base/artifacts.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256, sha256File } from '../../base/files.ts';
import { cacheDir } from '../../base/folders.ts';
import { say, warn } from '../../base/log.ts';
import { startProgress } from '../../base/progress.ts';
import { type LockFile, readLock, updateLock } from '../debian/lock-file.ts';
import { ensureTools } from '../debian/machine-tools.ts';
import { packageClosure } from '../debian/packages.ts';
import { ensureKernel } from '../kernel/kernel.ts';
import { buildImage } from './build.ts';
import { featuresOf } from './features.ts';
import { readRecipe, shortName } from './known-recipes.ts';
import { type ImageBuilder, type ImageMode, imageMode } from './mode.ts';
import { packImage } from './pack.ts';
import { hashOfRecipe } from './recipe.ts';
import { refusedPackages } from './refused-packages.ts';
import { ensureSourceBuild, type ResolvedSource, resolveSource } from './source-build.ts';

/** An image that hosts can boot from. */
export interface Image {
  /** The EROFS file. */
  readonly path: string;
  /** Name, and hash of recipe and resolved packages: `debian-trixie-libreswan-0123456789ab`. */
  readonly id: string;
  readonly sha256: string;
  /** Installed packages by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** What its recipe had built from source. */
  readonly built?: BuiltSource | undefined;
}

const builtSchema = z.object({
  /** Of the build: source package, version and a hash of all that it was made from. */
  id: z.string(),
  source: z.string(),
  /** Upstream's version. */
  version: z.string(),
});
export type BuiltSource = z.infer<typeof builtSchema>;

const factsSchema = z.object({
  name: z.string(),
  recipeHash: z.string(),
  buildMs: z.number(),
  /** How it was built; images of earlier days do not say. */
  mode: z.enum(['root', 'unshare', 'uml']).optional(),
  /** Package files of the archive that it was built from. */
  packages: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
  /** What it has that tests ask for (`featuresOf`); images of earlier days do not say. */
  features: z.array(z.string()).optional(),
  built: builtSchema.optional(),
});
export type ImageFacts = z.infer<typeof factsSchema>;

/** Images made here or imported. */
export const imageStore = new ArtifactStore<ImageFacts>({ name: 'image', file: 'root.erofs', facts: factsSchema });

/** Part of an image's identity: increase it when a change to the build changes the bytes. */
const buildMethod = 4;

/** Measured for debian-trixie-libreswan on two cores; later builds count for themselves. */
const firstBuildMs: Readonly<Record<ImageMode, number>> = { root: 40_000, unshare: 40_000, uml: 60_000 };

/** How something is built for this user; a lab needs a kernel, which is made. */
export async function chooseBuilder(name: string, signal: AbortSignal | undefined): Promise<ImageBuilder> {
  const { mode, reason } = await imageMode();
  if (mode !== 'uml') return { mode };
  say(`building the image ${name} inside a lab, which takes a minute: ${reason} (see \`espalier doctor\`)`);
  // Debian's, whatever kernel the run is about: the image must not depend on a kernel under test.
  return { mode, kernel: async () => (await ensureKernel({ signal })).path };
}

function expectedMs(name: string, mode: ImageMode): number {
  const alike = imageStore.list().filter(({ facts }) => facts.mode === mode);
  const best = alike.find(({ facts }) => facts.name === name) ?? alike[0];
  return best?.facts.buildMs ?? firstBuildMs[mode];
}

function asImage(artifact: Artifact<ImageFacts>): Image {
  const { path, id, sha256, facts } = artifact;
  return { path, id, sha256, versions: facts.versions, built: facts.built };
}

/** The newest image in the cache that was built from today's recipe. */
function presentImage(name: string): Artifact<ImageFacts> | undefined {
  const recipeHash = hashOfRecipe(readRecipe(name));
  return imageStore.list().find(({ facts }) => facts.name === name && facts.recipeHash === recipeHash);
}

/**
 * What the image of a recipe has (`featuresOf`): as read from the one in the cache, else as the tested one
 * had it. Builds nothing.
 */
export function imageFeatures(name: string): ReadonlySet<string> {
  return new Set(presentImage(name)?.facts.features ?? readLock().images[name]?.features ?? []);
}

/**
 * The image of a recipe: the newest in the cache that was built from today's recipe, else it is
 * built, which takes half a minute (minutes inside a lab) and shows its progress.
 */
export async function ensureImage(name: string, signal?: AbortSignal): Promise<Image> {
  const present = presentImage(name);
  return present ? asImage(present) : buildDebianImage(name, { signal });
}

interface BuildOptions {
  readonly signal?: AbortSignal | undefined;
  /** Records what it is made from as the tested. */
  readonly updateLock?: boolean;
}

/** Builds an image with the packages Debian has today, unless exactly that one is in the cache. */
export async function buildDebianImage(name: string, { signal, updateLock: lock }: BuildOptions = {}): Promise<Image> {
  const recipe = readRecipe(name);
  await ensureTools('image');
  const closure = await packageClosure(recipe.packages, recipe.suite).catch((error) => {
    throw refusedPackages(error, name) ?? error;
  });
  const source = recipe.build && (await resolveSource(recipe, recipe.build));
  const packages = closure.map((file) => file.name);
  const inputs = { packages, ...(source && { source: lockedSource(source) }) };
  if (!lock) compareWithLock(name, inputs);
  const recipeHash = hashOfRecipe(recipe);
  const resolved = closure.map((file) => `${file.name} ${file.sha256 ?? ''}`);
  if (source) resolved.push(source.id);
  const id = `${shortName(name)}-${sha256(`${buildMethod}\n${recipeHash}\n${resolved.join('\n')}`).slice(0, 12)}`;
  const make = async (out: string): Promise<ImageFacts> => {
    const builder = await chooseBuilder(name, signal);
    const { mode } = builder;
    const wish = recipe.build && { recipe, build: recipe.build, builder, signal };
    const installed = source && wish && (await ensureSourceBuild(source, wish));
    using progress = startProgress(`building the image ${name}`, { expectedMs: expectedMs(name, mode) });
    const build = { name, recipe, builder, installed: installed?.path, out, progress, signal };
    const versions = await buildImage(build);
    const buildMs = Math.round(progress.elapsedMs());
    progress.end(`built the image ${name}`);
    const built = installed && { ...installed.facts, id: installed.id };
    return { name, recipeHash, packages, versions, mode, buildMs, features: featuresOf(out), built };
  };
  const wait = (): void => say(`waiting for another process that builds the image ${name}`);
  const image = await imageStore.ensure(id, make, wait);
  if (lock) lockImage(image, inputs);
  return asImage(image);
}

type LockedImage = LockFile['images'][string];

function lockedSource({ tarball, packages }: ResolvedSource): LockedImage['source'] {
  return { file: basename(tarball.file), sha256: tarball.sha256, packages: [...packages] };
}

function lockImage({ path, facts }: Artifact<ImageFacts>, inputs: LockedImage): void {
  const features = facts.features ?? featuresOf(path);
  const locked = { ...inputs, ...(features.length > 0 && { features }) };
  updateLock((lock) => ({ ...lock, images: { ...lock.images, [facts.name]: locked } }));
}

function compareWithLock(name: string, { packages, source }: LockedImage): void {
  const tested = readLock().images[name];
  if (!tested) return;
  warnOfOthers(`packages of the image ${name}`, packages, tested.packages);
  if (!source || !tested.source) return;
  warnOfOthers(`packages that ${source.file} is built with`, source.packages, tested.source.packages);
  if (source.sha256 === tested.source.sha256) return;
  warn(`the image ${name} is built from ${source.file}; this Espalier was tested with ${tested.source.file}`);
}

function warnOfOthers(what: string, packages: readonly string[], tested: readonly string[]): void {
  const known = new Set(tested);
  const other = packages.filter((file) => !known.has(file));
  if (other.length === 0) return;
  const some = other.slice(0, 5).map((file) => file.replace(/_[^_]*\.deb$/, ''));
  const more = other.length > 5 ? ', …' : '';
  warn(`${other.length} ${what} are not those this Espalier was tested with: ${some.join(', ')}${more}`);
}

/** A layer over an image: a developer's own installation. */
export interface Overlay {
  readonly path: string;
  /** Hash of the layer's bytes. */
  readonly id: string;
  readonly sha256: string;
}

/**
 * Packs what `make install DESTDIR=…` wrote (a folder, or a tar of it) into a layer to be
 * stacked over an image. Owned by root, dates fixed: equal trees give equal layers.
 */
export async function ensureOverlayImage(source: string): Promise<Overlay> {
  const from = resolve(source);
  if (!existsSync(from)) throw new EspalierError('usage', 'does not exist', { file: from });
  if (
    statSync(from).isDirectory() &&
    !['usr', 'etc', 'lib', 'sbin', 'bin', 'opt', 'var'].some((name) => existsSync(join(from, name)))
  ) {
    throw new EspalierError('usage', 'holds none of /usr, /etc, /lib, /bin, /sbin, /opt, /var', {
      file: from,
      remedy: 'give the folder named in `make install DESTDIR=…`',
    });
  }
  await ensureTools('image');
  const store = cacheDir('overlay');
  const work = mkdtempSync(join(cacheDir('work'), 'overlay-'));
  try {
    const file = join(work, 'layer.erofs');
    await packImage(from, file, { allRoot: true, sameDates: true });
    const sha = await sha256File(file);
    const path = join(store, `${sha.slice(0, 16)}.erofs`);
    mkdirSync(store, { recursive: true });
    if (!existsSync(path)) renameSync(file, path);
    return { path, id: `overlay-${sha.slice(0, 12)}`, sha256: sha };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
