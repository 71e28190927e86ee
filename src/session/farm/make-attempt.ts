import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { filesBelow, removeTree } from '../../base/door/folders.ts';
import { realRoot } from '../../base/door/handle.ts';
import { isThere, needPlain } from '../../base/door/read.ts';
import { makeFolder, moveTree, writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { checkJson, sha256 } from '../../base/files.ts';
import type { BlobUse } from '../../farm/wire/blob-cache.ts';
import { contentsIn, unpackValue } from '../../farm/wire/packed-value.ts';
import type { Outcome } from '../../farm/wire/protocol.ts';
import { type AttemptSettings, runAttempt } from '../../lab/attempt.ts';
import type { Layer } from '../../lab/source-layers.ts';
import { substrateByName } from '../../lab/substrate/all.ts';
import type { LabPlan, MachineSize } from '../../model/scenario.ts';
import type { LoadedScenario } from '../../model/suite.ts';
import { jsonText } from '../../store/run-folder.ts';
import { openSuite } from '../../suites/all.ts';
import { declareCopy } from '../../suites/copies.ts';
import { putInput, runInputs } from '../../suites/input-folder.ts';
import type { Image } from '../../supply/image/image.ts';
import type { GuestBinaries } from '../../supply/kernel/guest.ts';
import { judgeAttempt } from '../judging/judge-attempt.ts';
import { storeScenario } from '../judging/stored-scenario.ts';
import { unpackFiles } from './archive.ts';
import { largestOrder, type Order, type OrderFile, orderSchema } from './order.ts';
import { packForFarm } from './packed-attempt.ts';
import { ReadySupply } from './supplies.ts';

/** What an attempt is made with on a worker. */
export interface Workbench {
  /** Gives contents; they stay while the attempt is made. */
  readonly contents: BlobUse;
  /** Empty folder for this attempt: it stands for the run's. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** An attempt that was made and judged, packed. */
export interface MadeAttempt {
  readonly bytes: Buffer;
  readonly word: Extract<Outcome, { kind: 'made' }>['word'];
}

/** Makes an attempt as its order says, and judges it. Rejects as `runAttempt` does. */
export async function makeAttempt(bench: Workbench, orderHash: string): Promise<MadeAttempt> {
  const order = await readOrder(bench, orderHash);
  const attemptDir = join(bench.dir, 'attempt');
  makeFolder(attemptDir);
  const settings = await settingsOf(bench, order);
  const { load, store } = await scenarioOf(bench, order, { attemptDir, settings });
  const { suite, name, attempt } = order;
  const file = await runAttempt({ suite, name, attempt, dir: attemptDir, load, store, signal: bench.signal }, settings);
  writePlain(join(attemptDir, 'attempt.json'), jsonText(file));
  const { word } = await judgeAttempt(attemptDir, { runDir: bench.dir, file });
  const sent = order.how.kind === 'plan' ? new Map<string, Uint8Array>() : inputsOf(bench.dir);
  return { bytes: await packForFarm(attemptDir, sent), word };
}

async function readOrder(bench: Workbench, hash: string): Promise<Order> {
  const path = await fetchFile(bench, { sha256: hash, name: 'order' });
  const text = zstdDecompressSync(needPlain(path), { maxOutputLength: largestOrder }).toString('utf8');
  return checkJson(() => JSON.parse(text), orderSchema, 'the order of the job');
}

function fetchFile({ contents, signal }: Workbench, file: OrderFile): Promise<string> {
  return contents.fetch(file, signal);
}

async function fetchBytes(bench: Workbench, sha256: string): Promise<Buffer> {
  return needPlain(await fetchFile(bench, { sha256, name: 'content' }));
}

async function settingsOf(bench: Workbench, order: Order): Promise<AttemptSettings> {
  const { kernel, overlays, versions, seed, deadline, gap, machines, faults, traffic } = order;
  return {
    substrate: substrateByName(order.substrate),
    kernel: {
      id: kernel.id,
      sha256: kernel.sha256,
      path: kernel.file === undefined ? '' : await fetchFile(bench, kernel.file),
      ...(kernel.agent && { agent: kernel.agent }),
      ...(kernel.counters !== undefined && { counters: kernel.counters }),
    },
    ...(order.guest && { guest: await guestOf(bench, order.guest) }),
    seed: seed === undefined ? undefined : BigInt(seed),
    deadline: deadline === undefined ? undefined : BigInt(deadline),
    gap: gap === undefined ? undefined : BigInt(gap),
    ...(machines && { machines: sizeOf(machines) }),
    ...(faults && { faults }),
    ...(traffic !== undefined && { traffic: BigInt(traffic) }),
    ...(overlays && { overlays: await layersOf(bench, overlays) }),
    ...(versions && { versions }),
  };
}

function sizeOf({ cpus, memory }: NonNullable<Order['machines']>): MachineSize {
  return { ...(cpus !== undefined && { cpus }), ...(memory !== undefined && { memory }) };
}

/** The driver's own, where the cache of contents has them: what is compiled here stays as it is. */
async function guestOf(
  bench: Workbench,
  { agent, shim, starter }: NonNullable<Order['guest']>,
): Promise<GuestBinaries> {
  const program = async ({ id, file }: typeof agent) => ({
    id,
    sha256: file.sha256,
    path: await fetchFile(bench, file),
  });
  return { agent: await program(agent), shim: await program(shim), starter: await program(starter) };
}

async function layersOf(bench: Workbench, overlays: NonNullable<Order['overlays']>) {
  const found: Record<string, Layer[]> = {};
  for (const [host, layers] of Object.entries(overlays)) {
    found[host] = [];
    for (const { file, under = false, ...layer } of layers) {
      found[host].push({ ...layer, under, path: await fetchFile(bench, file) });
    }
  }
  return found;
}

/** Where the scenario comes from, and how what judging will read of it is stored. */
interface ScenarioSource {
  readonly load: () => Promise<LoadedScenario>;
  readonly store: (loaded: LoadedScenario) => Promise<void>;
}

interface Place {
  readonly attemptDir: string;
  readonly settings: AttemptSettings;
}

async function scenarioOf(bench: Workbench, { how, suite, name }: Order, place: Place): Promise<ScenarioSource> {
  if (how.kind === 'plan') return planned(bench, how, place);
  const images = new Map<string, Image>();
  for (const [recipe, { id, sha256, versions, file }] of Object.entries(how.images)) {
    images.set(recipe, { id, sha256, versions, path: file === undefined ? '' : await fetchFile(bench, file) });
  }
  const supply = new ReadySupply(place.settings.substrate, images);
  const path = how.folder && join(await unpackedFolder(bench, how.folder), how.folder.open);
  const opened = await openSuite(suite, { helpers: 'ours', supply, typesChecked: true }, path);
  return {
    load: async () => {
      const loaded = await opened.load(name);
      if (loaded.suite.sha256 === how.suite.sha256) return { ...loaded, suite: how.suite };
      throw new EspalierError('scenario', 'its files on the worker are not those that it was loaded from at first', {
        remedy: 'name what it imports and reads by paths relative to its file',
      });
    },
    store: (loaded) => storeScenario(bench.dir, place.attemptDir, loaded),
  };
}

async function planned(
  bench: Workbench,
  how: Extract<Order['how'], { kind: 'plan' }>,
  { attemptDir }: Place,
): Promise<ScenarioSource> {
  const contents = new Map<string, Buffer>();
  for (const hash of contentsIn(how.scenario)) contents.set(hash, await fetchBytes(bench, hash));
  for (const hash of how.inputs) putInput(runInputs(bench.dir), await fetchBytes(bench, hash));
  const paths = new Map<string, string>([['', '']]);
  for (const [path, file] of Object.entries(how.files)) paths.set(path, await fetchFile(bench, file));
  const given = unpackValue(how.scenario, (hash) => contents.get(hash) ?? missing(hash)) as LoadedScenario;
  const loaded = { ...given, plan: withPaths(given.plan, paths) };
  return {
    load: async () => loaded,
    store: async () => writePlain(join(attemptDir, 'scenario.json'), how.stored),
  };
}

function missing(hash: string): never {
  throw new EspalierError('infrastructure', `the order names the content ${hash} and does not bring it`);
}

/** A plan whose files lie here. */
function withPaths(plan: LabPlan, paths: ReadonlyMap<string, string>): LabPlan {
  const here = (path: string): string => paths.get(path) ?? missing(path);
  const each = (all: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(all).map(([host, layers]) => [host, layers.map(here)]));
  return {
    ...plan,
    images: Object.fromEntries(Object.entries(plan.images).map(([host, path]) => [host, here(path)])),
    sharedTrees: plan.sharedTrees.map((tree) => ({ ...tree, layers: tree.layers.map(here) })),
    ...(plan.overlays && { overlays: each(plan.overlays) }),
  };
}

type SentFolder = NonNullable<Extract<Order['how'], { kind: 'program' }>['folder']>;

/** Scenario files, laid out beside their archive: Node keeps the modules that it has loaded, by their place. */
async function unpackedFolder(bench: Workbench, { archive, original }: SentFolder): Promise<string> {
  const file = await fetchFile(bench, { sha256: archive, name: 'scenarios.tar.zst' });
  // The same files may have several authors.
  const dir = `${file}.${sha256(JSON.stringify(original)).slice(0, 16)}`;
  await layOut(file, dir);
  const found = realRoot(dir);
  declareCopy(found, original);
  return found;
}

async function layOut(file: string, dir: string): Promise<void> {
  if (isThere(dir)) return;
  const layout = `${file}.${randomUUID()}`;
  for (const [name, bytes] of await unpackFiles(needPlain(file), 'the archive of scenario files'))
    writePlain(join(layout, name), bytes);
  // Another attempt may have been first.
  if (isThere(dir)) removeTree(layout);
  else moveTree(layout, dir);
}

function inputsOf(runDir: string): Map<string, Uint8Array> {
  const { dir } = runInputs(runDir);
  return new Map(filesBelow(dir).files.map((hash) => [hash, needPlain(join(dir, hash))]));
}
