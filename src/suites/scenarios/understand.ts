import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import type { PlacedContent } from '../../daemons/host.ts';
import type { Commit, SuiteIdentity } from '../../model/attempt.ts';
import type { LabPlan, PlacedFile, ScenarioEntry } from '../../model/scenario.ts';
import type { UserspaceStack } from '../../model/stacks.ts';
import type { LabImage, LoadedScenario } from '../../model/suite.ts';
import type { Tolerance } from '../../model/tolerance.ts';

import { commitOf } from '../commit.ts';
import { originalPath } from '../copies.ts';
import type { SeenFiles } from '../seen-files.ts';
import type { Declared, Definition } from './api/scenario.ts';
import { daemonsOf, filesOf, limitOf, missingStack, stacksOf, withRoutes } from './daemons.ts';
import type { HostDaemon } from './drive/daemon-host.ts';
import { runFunction } from './drive/run-function.ts';
import { transcriptsNamed } from './drive/transcripts-named.ts';
import { checkCpus, flavourOf } from './flavour.ts';
import { hintsOf } from './hints.ts';
import { imageNames, imagesOf, ownRecipes } from './images.ts';
import { type LoadedFile, loadFile } from './load.ts';
import { memoryFor } from './memory.ts';
import { networkOf } from './network.ts';
import { tolerancesOf } from './tolerances.ts';
import { tunnelProbes } from './tunnel-probes.ts';

/** What a suite of scenario files is opened with. */
export interface ScenariosOptions {
  readonly name: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  /** The image of a recipe; asked for by the first scenario that needs it. */
  readonly image: (recipe: string) => Promise<LabImage>;
  /** Raises `usage` where the types of the files are wrong. Called before they are loaded. */
  readonly checkTypes: (files: readonly string[]) => Promise<void>;
  /** They came with Espalier, and what they declare follows from their files alone. */
  readonly isOwn?: boolean;
}

/** A scenario of the list, and the file that declares it. */
export interface Listed {
  readonly entry: ScenarioEntry;
  readonly file: string;
}

/** What judging needs of such a scenario beside its plan. */
export interface ScenarioJudging {
  /** The file that declares it. */
  readonly file: string;
  readonly tolerates: readonly Tolerance[];
  /** Hosts whose SAs no kernel has. */
  readonly stacks: readonly UserspaceStack[];
  readonly facts?: Uint8Array;
}

export interface FileScenario extends LoadedScenario {
  readonly judging: ScenarioJudging;
}

const second = 1_000_000_000n;
const defaultStart = '2025-06-15T12:00:00Z';
const defaultTimeout = 120;
/** Virtual seconds that a tool gets beside its daemon, to say what came of it. */
const slack = 5;

/** A scenario with the network that was made of its definition. */
interface Known {
  readonly entry: ScenarioEntry;
  readonly declared: Declared;
  readonly plan: Omit<LabPlan, 'images'>;
  readonly daemons: ReadonlyMap<string, HostDaemon>;
  /** Names of recipes by host. */
  readonly images: ReadonlyMap<string, string>;
  readonly tolerates: readonly Tolerance[];
  readonly source: LoadedFile;
}

/** Reads a scenario of the list in full. */
export async function loadListed({ entry, file }: Listed, options: ScenariosOptions): Promise<FileScenario> {
  return load(await known(options.name, { entry, file }), options);
}

/** All files of the user's own that some files of scenarios are made of, by path. */
export async function sourcesOf(files: readonly string[]): Promise<readonly string[]> {
  const sources = [...(await loadFiles(files)).flatMap((source) => source.sources), ...files.flatMap(ownRecipes)];
  return [...new Set([...sources, ...sources.flatMap(transcriptsOf)])].sort();
}

/** Transcripts that a source names and that are there. */
function transcriptsOf(source: string): string[] {
  if (!source.endsWith('.ts')) return [];
  const names = transcriptsNamed(readFileSync(source, 'utf8'));
  return names.map((name) => join(dirname(source), name)).filter((path) => existsSync(path));
}

async function known(suite: string, { entry, file }: Listed): Promise<Known> {
  const source = await loadFile(file);
  const declared = source.declared.find(({ name }) => name === entry.name);
  if (declared === undefined) throw new EspalierError('usage', `declares no scenario ${entry.name} any more`, { file });
  return understand(suite, declared, source);
}

async function loadFiles(files: readonly string[]): Promise<LoadedFile[]> {
  const loaded: LoadedFile[] = [];
  for (const file of files) loaded.push(await loadFile(file));
  return loaded;
}

/** Loads all files; one that cannot be loaded, or is wrong, costs the run before it begins. `seen`: told of what they are made of. */
export async function readAll(
  { name, files, checkTypes }: ScenariosOptions,
  seen: SeenFiles,
): Promise<readonly Listed[]> {
  await checkTypes(files);
  const listed: Listed[] = [];
  const origins = new Map<string, Declared['origin']>();
  for (const source of await loadFiles(files)) {
    for (const path of [...source.sources, ...ownRecipes(source.file)]) seen.seeFile(path);
    for (const declared of source.declared) {
      const first = origins.get(declared.name);
      if (first !== undefined) {
        const message = `a second scenario is called ${declared.name}; the first is at ${first.file}:${first.line}`;
        throw new EspalierError('usage', message, declared.origin);
      }
      origins.set(declared.name, declared.origin);
      listed.push({ entry: understand(name, declared, source).entry, file: source.file });
    }
  }
  return listed;
}

function understand(suite: string, declared: Declared, source: LoadedFile): Known {
  const { name, definition, origin } = declared;
  try {
    checkName(name);
    const network = networkOf(definition);
    const wanted = definition.unsupported === undefined ? daemonsOf(definition, network) : new Map();
    const unsupported = definition.unsupported ?? refusalOf(definition, wanted);
    const hosts = Object.keys(definition.hosts);
    const entry = { suite, name, status: 'good', hosts, ...(unsupported !== undefined && { unsupported }) };
    const daemons = unsupported === undefined ? wanted : new Map();
    const fallbackTunnels = definition.fallbackTunnels ?? needsFallbackTunnels(source);
    const plan = { ...planOf(declared, daemons), topology: withRoutes(network, daemons), fallbackTunnels };
    const images = imageNames({ definition, daemons, file: source.file });
    return { entry, declared, source, daemons, images, plan, tolerates: tolerancesOf(definition) };
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    throw new EspalierError('usage', `scenario ${JSON.stringify(name)}: ${error.message}`, {
      ...error.detail,
      // A file of its own that is wrong, such as a recipe, is what is to be mended.
      ...(error.detail.line === undefined && origin),
    });
  }
}

const tunnelMakers = new WeakMap<LoadedFile, boolean>();

/** Whether anything in a file makes tunnels of the kernel; looked for once, not for each of its scenarios. */
function needsFallbackTunnels(file: LoadedFile): boolean {
  const makes = /\bip (?:-\S+ )*tun(?:nel)?\b|\bvti-interface\b/;
  const found = tunnelMakers.get(file) ?? file.sources.some((path) => makes.test(readFileSync(path, 'latin1')));
  tunnelMakers.set(file, found);
  return found;
}

/** Whatever a line of a terminal can show; commands split `suite:name` at its first colon. */
function checkName(name: string): void {
  const strange = /[\p{C}]/u.exec(name);
  if (strange !== null) {
    const code = strange[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    throw new EspalierError('usage', `its name has the control character U+${code} at position ${strange.index + 1}`);
  }
  if (name === '' || name.length > 120)
    throw new EspalierError('usage', `its name has ${name.length} characters, and may have 1 to 120`);
}

/** Why a scenario cannot run, if its daemons cannot do what it asks. Raises `scenario` where that is a mistake. */
function refusalOf({ limits = 'mistake' }: Definition, daemons: ReadonlyMap<string, HostDaemon>): string | undefined {
  const limit = missingStack(daemons) ?? (limits === 'tried' ? undefined : limitOf(daemons));
  if (limit === undefined || limits === 'unsupported') return limit?.reason;
  throw new EspalierError('scenario', limit.reason, { host: limit.host });
}

/** Virtual seconds that a command may take where nobody says: long enough for each daemon to give up by itself, and to say why. */
function timeoutFor(daemons: ReadonlyMap<string, HostDaemon>): number {
  const ends = [...daemons.values()].map(({ daemon }) => (daemon.control.givesUpAfter ?? 0) + slack);
  return Math.max(defaultTimeout, ...ends);
}

/** What a lab of the definition is asked to be, but for its network and the images of its hosts. */
export function planOf(
  { definition }: Pick<Declared, 'definition'>,
  daemons: ReadonlyMap<string, HostDaemon>,
): Omit<LabPlan, 'images' | 'topology'> {
  const { start = defaultStart, timeout = timeoutFor(daemons), hosts, clock, cpus = 1 } = definition;
  checkCpus(definition);
  const systems = Object.entries(hosts).flatMap(([host, spec]) =>
    spec.kind === 'system' ? [[host, spec.system]] : [],
  );
  const date = Date.parse(start);
  if (Number.isNaN(date) || date < 0) throw new EspalierError('usage', `start: ${JSON.stringify(start)} is no date`);
  return {
    sharedTrees: [],
    files: Object.entries(hosts).flatMap(([host, { files = {} }]) => {
      const daemon = daemons.get(host);
      return [
        ...(daemon ? filesOf(daemon) : []).map(({ path, mode, content }) => placed(host, path, { content, mode })),
        // Placed later, so these win.
        ...Object.entries(files).map(([path, file]) => placed(host, path, file)),
      ];
    }),
    cwd: '/root',
    shellSetup: [],
    steps: [],
    timing: {
      start: BigInt(date) * 1_000_000n,
      // Where time has to be waited for, hosts begin when they are there.
      warmup: clock === 'real' ? second : 60n * second,
      gap: 0n,
      deadline: BigInt(timeout) * second,
    },
    collect: [
      ...new Set(['/var/log', ...[...daemons.values()].flatMap(({ daemon }) => daemon.control.collect)]),
    ].filter(isOutermost),
    memory: memoryFor(definition),
    ...(clock && { clock }),
    ...(cpus > 1 && { cpus }),
    ...(systems.length > 0 && { systems: Object.fromEntries(systems) as Record<string, string> }),
  };
}

/** What lies below another collected folder comes with it. */
function isOutermost(path: string, _: number, all: readonly string[]): boolean {
  return !all.some((other) => path.startsWith(`${other}/`));
}

function placed(host: string, path: string, file: string | Uint8Array | PlacedContent): PlacedFile {
  if (!path.startsWith('/') || /[\n\0]/.test(path))
    throw new EspalierError('usage', `${host}: ${JSON.stringify(path)} is no absolute path`);
  const { content, mode = 0o644 } = typeof file === 'string' || file instanceof Uint8Array ? { content: file } : file;
  return { host, path, mode, content: typeof content === 'string' ? Buffer.from(content) : content };
}

async function load(
  { entry, declared, plan, daemons, images: names, tolerates, source }: Known,
  { name, image }: ScenariosOptions,
): Promise<FileScenario> {
  const images = await imagesOf({ names, image, origin: declared.origin });
  const tunnels = tunnelProbes(daemons, plan.topology);
  const hints = hintsOf({ hosts: declared.definition.hosts, topology: plan.topology, daemons });
  const whole: LabPlan = { ...plan, images: Object.fromEntries([...images].map(([host, { path }]) => [host, path])) };
  return {
    format: 'scenario',
    entry,
    plan: whole,
    judging: { file: originalPath(realpathSync(source.file)), tolerates, stacks: stacksOf(daemons) },
    images: Object.fromEntries([...images].map(([host, { id, sha256: hash }]) => [host, { id, sha256: hash }])),
    suite: await identityOf(name, source),
    versions: Object.assign({}, ...[...images.values()].map(({ versions }) => versions)),
    ...flavourOf(declared.definition, daemons),
    tunnels,
    drive: (lab, asked) => runFunction({ declared, plan: whole, daemons, hints, probes: tunnels.asked }, lab, asked),
  };
}

/** The scenario's own sources: what the replay of an attempt must find unchanged. */
async function identityOf(name: string, { file, sources }: LoadedFile): Promise<SuiteIdentity> {
  const place = realpathSync(file);
  const parts = sources.map((path) => `${relative(place, path)} ${sha256(readFileSync(path))}\n`);
  const commit = await commitOfFolder(dirname(file));
  return { id: name, sha256: sha256(parts.join('')), ...(commit && { commit }) };
}

/** Asked once for a folder, not for each of its hundreds of scenarios. */
const commits = new Map<string, Promise<Commit | undefined>>();

function commitOfFolder(dir: string): Promise<Commit | undefined> {
  const asked = commits.get(dir) ?? commitOf(dir);
  commits.set(dir, asked);
  return asked;
}
