import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { EspalierError, Untestable } from '../../base/errors.ts';
import { readJsonIfPresent, sha256, writeAtomic } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { codeFile } from '../../base/form.ts';
import { say } from '../../base/log.ts';
import { succeed } from '../../base/processes.ts';
import { startProgress } from '../../base/progress.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import type { BuildRecipe } from '../../daemons/build-recipe.ts';
import { ensureTools } from '../debian/machine-tools.ts';
import { chooseBuilder, ensureImage, ensureOverlayImage, type Overlay } from '../image/image.ts';
import { readRecipe } from '../image/known-recipes.ts';
import type { ImageBuilder } from '../image/mode.ts';
import { builtIn, ensureBuildRoot } from './build-root.ts';
import { syncCopy } from './copy.ts';
import { firstError } from './first-error.ts';
import { needsNewer } from './newer-packages.ts';
import { allFiles, exportCommit, filesOf, stateOf, type TreeState } from './repository.ts';
import type { SourceRequest } from './request.ts';
import { runSandboxed, type Sandboxed } from './sandbox.ts';

/** A tree that was built. */
export interface BuiltSource {
  readonly request: SourceRequest;
  /** Recipe of the image that the layer lies over. */
  readonly image: string;
  /** What was built, for people and for the record of an attempt: `0c4e3eccfb12+changes`. */
  readonly version: string;
  readonly layer: Overlay;
}

/** What is to be built, and how. */
export interface BuildOrder {
  readonly request: SourceRequest;
  readonly recipe: BuildRecipe;
  readonly flavour: string;
  readonly signal?: AbortSignal | undefined;
}

/** What was built last, by a hash of all that decided how. */
const noteSchema = z.object({ made: z.string() });

/** The folders of one tree, which are kept from build to build. */
function placesOf({ request, flavour }: BuildOrder) {
  const key = sha256(JSON.stringify([request.name, request.dir, flavour])).slice(0, 16);
  const base = join(cacheDir('source'), 'trees', key);
  return {
    base,
    copy: join(base, 'copy'),
    objects: join(base, 'objects'),
    installed: join(base, 'installed'),
    /** Of the compiler; one for all trees would let a tree decide what others are built to. */
    ccache: join(base, 'ccache'),
    manifest: join(base, 'manifest.json'),
    log: join(base, 'build.log'),
    note: join(base, 'note.json'),
    /** Names what the objects were made with. */
    madeWith: join(base, 'made-with'),
  };
}

type Places = ReturnType<typeof placesOf>;

/** Where trees are built. */
export interface Workshop {
  readonly builder: ImageBuilder;
  /** The root, which the identity of a build names. */
  readonly root: string;
  /** Packages that all images have which the result is laid over. */
  readonly packages: readonly string[];
}

async function workshopOf({ recipe, request, signal }: BuildOrder, tree: string): Promise<Workshop> {
  await ensureTools('image');
  const builder = await chooseBuilder(request.name, signal);
  const { image, packages } = recipe;
  const newer = recipe.newer !== undefined && needsNewer(tree, recipe.newer) ? recipe.newer : undefined;
  const root = await ensureBuildRoot({ image, packages, newer, builder, signal });
  const first = await ensureImage(image, signal);
  let common = Object.keys(first.versions);
  for (const other of recipe.besides ?? []) {
    const { versions } = await ensureImage(other, signal);
    common = common.filter((name) => Object.hasOwn(versions, name));
  }
  return { builder, root, packages: common };
}

/**
 * Builds a tree in a root of its own, without network, never as the machine's root, and packs what it installs as a layer over
 * its image. Objects are kept, so that only what changed is compiled. Throws `usage` where the tree is not what it should be or
 * does not build.
 */
export async function buildTree(order: BuildOrder, openWorkshop = workshopOf): Promise<BuiltSource> {
  const { request, recipe } = order;
  const { dir, name } = request;
  const places = placesOf(order);
  mkdirSync(places.base, { recursive: true });
  const body = async (): Promise<BuiltSource> => {
    const state = await stateOf(request);
    const last = takeNote(places);
    let changed = await bringCopy(order, state, places);
    const workshop = await openWorkshop(order, places.copy);
    const madeWith = sha256(JSON.stringify([recipe, order.flavour, workshop.root, workshop.packages]));
    const made = sha256(madeWith + gather());
    if (dropOthers(places, madeWith)) changed = await bringCopy(order, state, places);
    if (changed || last?.made !== made) await build(order, places, workshop);
    writeAtomic(places.note, JSON.stringify({ made }));
    const layer = await ensureOverlayImage(places.installed);
    const version = versionOf(order, state);
    return {
      request,
      image: recipe.image,
      version,
      layer: { ...layer, id: `${name}-${version}-${layer.sha256.slice(0, 12)}` },
    };
  };
  return withLock(`${places.base}.lock`, body, () => say(`waiting for another process that builds ${dir}`));
}

/**
 * Removes what was built with another root or recipe, and says whether it did: no rule of make asks for the headers, programs and
 * options that it was built with. Builds leave files in the copy too.
 */
function dropOthers({ objects, copy, manifest, madeWith }: Places, made: string): boolean {
  const before = existsSync(madeWith) ? readFileSync(madeWith, 'utf8') : undefined;
  if (before === made) return false;
  for (const path of [objects, copy, manifest]) rmSync(path, { recursive: true, force: true });
  writeAtomic(madeWith, made);
  return true;
}

/**
 * Reads the note and removes it: from the first file that is copied until all is built, what is installed is of another tree than
 * the copy, and whatever ends the command in between must not leave a note that says otherwise.
 */
function takeNote({ note }: Places): z.infer<typeof noteSchema> | undefined {
  const last = readJsonIfPresent(note, noteSchema);
  rmSync(note, { force: true });
  return last;
}

function versionOf({ flavour }: BuildOrder, { commit, changed }: TreeState): string {
  const what = commit === undefined ? 'tree' : commit.slice(0, 12);
  return `${what}${changed ? '+changes' : ''}${flavour === 'default' ? '' : `-${flavour}`}`;
}

async function bringCopy({ request, recipe }: BuildOrder, { commit }: TreeState, places: Places): Promise<boolean> {
  const { copy, manifest } = places;
  const bring = (from: string, paths: readonly string[]): boolean => {
    if (paths.includes(recipe.proof)) return syncCopy({ from, to: copy, manifest }, paths);
    const message = `is not a source tree of ${request.name}: it has no ${recipe.proof}`;
    throw new Untestable(message, { file: request.dir });
  };
  if (request.commit === undefined || commit === undefined) {
    return bring(request.dir, await filesOf(request.dir, recipe.leftOut));
  }
  using work = makeWorkFolder('commit');
  await exportCommit(
    { dir: request.dir, commit },
    ['.', ...recipe.leftOut.map((glob) => `:(exclude,glob)${glob}`)],
    work.path,
  );
  return bring(work.path, allFiles(work.path, recipe.leftOut));
}

async function build(order: BuildOrder, places: Places, { builder, root, packages }: Workshop): Promise<void> {
  const { recipe, flavour, request, signal } = order;
  const { copy, objects, installed, ccache } = places;
  rmSync(places.log, { force: true });
  rmSync(installed, { recursive: true, force: true });
  for (const folder of [objects, installed, ccache]) mkdirSync(folder, { recursive: true });
  // Whoever builds may write there.
  if (builder.mode === 'root') await succeed('chown', ['-R', '65534:65534', copy, objects, installed, ccache]);
  const common = {
    what: request.dir,
    builder,
    base: cacheDir('source'),
    root,
    folders: {
      [builtIn.source]: copy,
      [builtIn.objects]: objects,
      [builtIn.installed]: installed,
      [builtIn.ccache]: ccache,
    },
    env: {
      ...environment(recipe, flavour),
      IMAGE_PACKAGES: packages.join(' '),
      REPLACES: recipe.replaces ?? '',
    },
    signal,
  };
  await runLogged(
    { ...common, script: `JOBS=$(nproc)\ncd "$SOURCE"\n${recipe.script}` },
    places,
    `building ${request.name} from ${request.dir}`,
  );
  await runLogged({ ...common, script: gather() }, places, `looking for libraries that ${request.name} needs`);
}

function gather(): string {
  return readFileSync(codeFile('supply/source/gather.sh'), 'utf8');
}

function environment({ image, flavours }: BuildRecipe, flavour: string): Record<string, string> {
  const { FLAVOUR = '', ...own } = flavours[flavour] ?? {};
  return {
    PATH: '/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/tmp',
    LC_ALL: 'C.UTF-8',
    CCACHE_DIR: builtIn.ccache,
    SOURCE: builtIn.source,
    OBJECTS: builtIn.objects,
    INSTALLED: builtIn.installed,
    CONFIGURE: [...(readRecipe(image).build?.configure ?? []), FLAVOUR].join(' '),
    FLAVOUR,
    ...own,
  };
}

async function runLogged(job: Omit<Sandboxed, 'onLine'>, { log }: Places, title: string): Promise<void> {
  using progress = startProgress(title);
  const lines: string[] = [];
  const file = createWriteStream(log, { flags: 'a' });
  const onLine = (line: string): void => {
    const plain = stripVTControlCharacters(line);
    lines.push(plain);
    file.write(`${plain}\n`);
    progress.update(0);
  };
  const result = await runSandboxed({ ...job, onLine });
  await new Promise((resolve) => file.end(resolve));
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the build was stopped');
  for (const line of lines)
    if (line.startsWith('ADDED ')) sayOnce(`added to the layer: ${line.slice('ADDED '.length)}`);
  if (result.status !== 0) throw notBuilt(job.what, lines, log);
  progress.end();
}

const said = new Set<string>();

/** Builds of one command add the same libraries again and again. */
function sayOnce(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  say(text);
}

function notBuilt(dir: string, lines: readonly string[], log: string): Untestable {
  const lacking = lines.filter((line) => line.startsWith('LACKS ')).map((line) => line.slice('LACKS '.length));
  if (lacking.length > 0) {
    const remedy = 'add its package to `packages` of the build recipe beside the daemon (src/daemons)';
    return new Untestable('needs a library that neither the build nor the image has', {
      file: dir,
      output: lacking.join('\n'),
      remedy,
    });
  }
  const output = firstError(lines).join('\n');
  return new Untestable('does not build', { file: dir, output, remedy: `the whole log: ${log}` });
}
