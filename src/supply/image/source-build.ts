import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../base/artifacts.ts';
import { sha256 } from '../../base/files.ts';
import { codeFile } from '../../base/form.ts';
import { say } from '../../base/log.ts';
import { startProgress } from '../../base/progress.ts';
import { shellQuoted } from '../../base/text.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { fetchSuiteTarball, packageClosure, type SuiteTarball } from '../debian/packages.ts';
import { bootstrapArguments, bootstrapFiles, type Place } from './bootstrap.ts';
import type { ImageBuilder } from './mode.ts';
import type { Recipe, SourceRecipe } from './recipe.ts';
import { bootstrap } from './run-bootstrap.ts';

const factsSchema = z.object({
  /** Source package and upstream's version. */
  source: z.string(),
  version: z.string(),
  sha256: z.string(),
  /** Package files that it was built with. */
  packages: z.array(z.string()),
});
type SourceFacts = z.infer<typeof factsSchema>;

/** What `make install` of a source package wrote, as a tar file. */
export type SourceBuild = Artifact<SourceFacts>;

const builds = new ArtifactStore<SourceFacts>({ name: 'build', file: bootstrapFiles.installed, facts: factsSchema });

/** A source package to build for an image. */
export interface SourceRequest {
  readonly recipe: Recipe;
  readonly build: SourceRecipe;
  readonly builder: ImageBuilder;
  readonly signal?: AbortSignal | undefined;
}

/** What a source package comes to with the packages Debian has today. */
export interface ResolvedSource {
  readonly id: string;
  readonly tarball: SuiteTarball;
  readonly packages: readonly string[];
}

const names = { source: 'source', script: 'build-source.sh' } as const;
const script = codeFile(`supply/image/${names.script}`);

/** Finds out what a build would be made from; builds nothing. */
export async function resolveSource({ suite }: Recipe, build: SourceRecipe): Promise<ResolvedSource> {
  const tarball = await fetchSuiteTarball(build.source, build.suite);
  const closure = await packageClosure(build.packages, suite);
  const resolved = closure.map((file) => `${file.name} ${file.sha256 ?? ''}`);
  const made = [readFileSync(script, 'utf8'), JSON.stringify(build), tarball.sha256, ...resolved].join('\n');
  const id = `${build.source}-${tarball.version}-${sha256(made).slice(0, 12)}`;
  return { id, tarball, packages: closure.map((file) => file.name) };
}

/**
 * Builds a source package in a root of its own that is thrown away, unless exactly that build is in
 * the cache. Takes minutes, on all CPUs, and shows its progress.
 */
export async function ensureSourceBuild(resolved: ResolvedSource, wish: SourceRequest): Promise<SourceBuild> {
  const { tarball, packages, id } = resolved;
  const make = async (out: string): Promise<SourceFacts> => {
    const { source } = wish.build;
    await buildSource(resolved, wish, out);
    return { source, version: tarball.version, sha256: tarball.sha256, packages: [...packages] };
  };
  return builds.ensure(id, make, () => say(`waiting for another process that builds ${id}`));
}

/** Files that strongSwan’s build compiles, the only one so far; others count for themselves only in time. */
const compiledFiles = 1400;

async function buildSource({ tarball }: ResolvedSource, wish: SourceRequest, out: string): Promise<void> {
  const { recipe, build, builder, signal } = wish;
  using work = makeWorkFolder('build');
  const title = `building ${build.source} ${tarball.version} from source`;
  using progress = startProgress(title, { expectedMs: builder.mode === 'uml' ? 1_800_000 : 300_000 });
  copyFileSync(tarball.file, join(work.path, names.source));
  copyFileSync(script, join(work.path, names.script));
  let compiled = 0;
  const onLine = (line: string): void => {
    if (/^ {2}(?:CC|CXX|CCLD)\b/.test(line)) compiled += 1;
    const note = compiled === 0 ? 'preparing its root' : 'compiling';
    progress.update(compiled === 0 ? 0 : 0.1 + 0.85 * Math.min(1, compiled / compiledFiles), note);
  };
  await bootstrap({
    what: `${build.source} ${tarball.version}`,
    folder: work.path,
    suite: recipe.suite,
    packages: build.packages,
    arguments: (place) => sourceArguments({ ...recipe, build }, place),
    remedy: 'what it lacks may be a package that the recipe’s `build` does not name',
    builder,
    memory: 4096,
    onLine,
    signal,
  });
  renameSync(join(work.path, bootstrapFiles.installed), out);
  progress.end(`built ${build.source} ${tarball.version}`);
}

/** The arguments of mmdebstrap for the root that a source is built in: its hooks build, and hand the result out. */
export function sourceArguments(
  { suite, exclude, build }: Pick<Recipe, 'suite' | 'exclude'> & Pick<SourceRequest, 'build'>,
  place: Place,
): string[] {
  const outside = (name: string): string => shellQuoted(`${place.folder}/${name}`);
  const words = [...Object.entries(build.moves).flat(), '--', ...build.configure].map(shellQuoted).join(' ');
  const hooks = [
    'mkdir "$1"/build',
    `upload ${outside(names.source)} /build/source`,
    `upload ${outside(names.script)} /build/build.sh`,
    `chroot "$1" sh /build/build.sh ${words}`,
    `download /build/installed.tar ${outside(bootstrapFiles.installed)}`,
  ];
  return bootstrapArguments({ suite, exclude, packages: build.packages, hooks }, place);
}
