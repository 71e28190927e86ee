import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { filesBelow } from '../../base/door/folders.ts';
import { needPlain } from '../../base/door/read.ts';
import { makeFolder, writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { checkJson } from '../../base/files.ts';
import type { BlobCache } from '../../farm/wire/blob-cache.ts';
import type { FarmClient } from '../../farm/wire/client.ts';
import { contentsIn, unpackValue } from '../../farm/wire/packed-value.ts';
import type { Outcome } from '../../farm/wire/protocol.ts';
import { type AttemptSettings, runAttempt } from '../../lab/attempt.ts';
import { substrateByName } from '../../lab/substrate/all.ts';
import type { LabPlan } from '../../model/scenario.ts';
import type { LoadedScenario } from '../../model/suite.ts';
import { jsonText } from '../../store/run-folder.ts';
import { openSuite } from '../../suites/all.ts';
import { putInput, runInputs } from '../../suites/input-folder.ts';
import type { Image } from '../../supply/image/image.ts';
import { adoptGuestArtifact } from '../../supply/kernel/guest.ts';
import { judgeAttempt } from '../judging/judge-attempt.ts';
import { storeScenario } from '../judging/stored-scenario.ts';
import { unpackFiles } from './archive.ts';
import { type Order, type OrderFile, orderSchema } from './order.ts';
import { packForFarm } from './packed-attempt.ts';
import { ReadySupply } from './supplies.ts';

/** What an attempt is made with on a worker. */
export interface Workbench {
  readonly client: FarmClient;
  readonly cache: BlobCache;
  /** Empty folder for this attempt: it stands for the run's. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** An attempt that was made and judged, packed. */
export interface MadeAttempt {
  readonly bytes: Buffer;
  readonly word: Extract<Outcome, { kind: 'made' }>['word'];
}

/** Bytes of an order once unpacked. */
const largestOrder = 64 * 1024 * 1024;

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

function fetchFile({ cache, client, signal }: Workbench, file: OrderFile): Promise<string> {
  return cache.fetch(client, file, signal);
}

async function fetchBytes(bench: Workbench, sha256: string): Promise<Buffer> {
  return needPlain(await fetchFile(bench, { sha256, name: 'content' }));
}

async function settingsOf(bench: Workbench, order: Order): Promise<AttemptSettings> {
  const { kernel, overlays, seed, deadline, gap } = order;
  for (const { store, id, file } of order.guest) {
    const found = await adoptGuestArtifact({ store, id, path: await fetchFile(bench, file) });
    if (found !== file.sha256) throw otherGuest(store);
  }
  return {
    substrate: substrateByName(order.substrate),
    kernel: {
      id: kernel.id,
      sha256: kernel.sha256,
      path: kernel.file === undefined ? '' : await fetchFile(bench, kernel.file),
      ...(kernel.agent && { agent: kernel.agent }),
    },
    seed: seed === undefined ? undefined : BigInt(seed),
    deadline: deadline === undefined ? undefined : BigInt(deadline),
    gap: gap === undefined ? undefined : BigInt(gap),
    ...(overlays && { overlays: await layersOf(bench, overlays) }),
  };
}

function otherGuest(store: string): EspalierError {
  return new EspalierError('infrastructure', `the cache holds another ${store} than the run was begun with`, {
    remedy: 'give the worker a cache of its own: ESPALIER_CACHE',
  });
}

async function layersOf(bench: Workbench, overlays: NonNullable<Order['overlays']>) {
  const found: Record<string, { id: string; sha256: string; path: string }[]> = {};
  for (const [host, layers] of Object.entries(overlays)) {
    found[host] = [];
    for (const { id, sha256, file } of layers) found[host].push({ id, sha256, path: await fetchFile(bench, file) });
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
  const path = how.folder && join(await unpackedFolder(bench, how.folder.archive), how.folder.open);
  const opened = await openSuite(suite, { helpers: 'ours', supply }, path);
  return {
    load: () => opened.load(name),
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

/** A folder of scenario files, laid out once for all attempts of this process: Node keeps the modules that it has loaded. */
async function unpackedFolder(bench: Workbench, archive: string): Promise<string> {
  const file = await fetchFile(bench, { sha256: archive, name: 'scenarios.tar.zst' });
  const dir = `${file}.d`;
  unpacking.set(dir, unpacking.get(dir) ?? layOut(file, dir));
  await unpacking.get(dir);
  return dir;
}

const unpacking = new Map<string, Promise<void>>();

async function layOut(archive: string, dir: string): Promise<void> {
  for (const [name, bytes] of await unpackFiles(needPlain(archive), archive)) writePlain(join(dir, name), bytes);
}

function inputsOf(runDir: string): Map<string, Uint8Array> {
  const { dir } = runInputs(runDir);
  return new Map(filesBelow(dir).files.map((hash) => [hash, needPlain(join(dir, hash))]));
}
