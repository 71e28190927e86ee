import { join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { filesBelow } from '../../base/door/folders.ts';
import { needPlain } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { type BlobSource, bytesSource, fileSource } from '../../farm/wire/blob-source.ts';
import { packValue } from '../../farm/wire/packed-value.ts';
import { type AttemptSettings, settingsFor } from '../../lab/attempt.ts';
import { faultRuleSchema } from '../../model/faults.ts';
import type { LabPlan } from '../../model/scenario.ts';
import type { LoadedScenario, Suite } from '../../model/suite.ts';
import { seedOfAttempt } from '../../results/seeds.ts';
import type { AttemptKey } from '../../store/layout.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { putInput, runInputs } from '../../suites/input-folder.ts';
import { ensureGuest, type GuestProgram } from '../../supply/kernel/guest.ts';
import { storeScenario } from '../judging/stored-scenario.ts';
import { largestOrder, type Order, type OrderFile, orderFile } from './order.ts';
import { programFiles } from './program-files.ts';
import type { RememberingSupply } from './supplies.ts';

/** What orders of a run are made from. */
export interface OrderInputs {
  readonly folder: RunFolder;
  /** Those of the run, by name. */
  readonly suites: ReadonlyMap<string, Suite>;
  readonly settings: AttemptSettings;
  readonly supply: RememberingSupply;
}

/** An order, with all that has to be at the farm before it is given to a worker. */
export interface MadeOrder {
  readonly order: BlobSource;
  readonly contents: readonly BlobSource[];
}

/** Describes an attempt so that another machine can make it. */
export async function makeOrder(inputs: OrderInputs, key: AttemptKey, loaded: LoadedScenario): Promise<MadeOrder> {
  const contents = new Map<string, BlobSource>();
  const add = (source: BlobSource): string => {
    contents.set(source.sha256, source);
    return source.sha256;
  };
  const addFile = async (path: string): Promise<OrderFile> => orderFile(path, add(await fileSource(path)));
  const { folder, settings: forAll } = inputs;
  const settings = await settingsFor(loaded, forAll);
  const { kernel, overlays, versions, deadline, gap, machines, faults, traffic, substrate } = settings;
  const seed = seedOfAttempt(folder.run.options, key.attempt);
  const collector: Collector = { add, addFile };
  const order: Order = {
    version: 1,
    suite: key.suite,
    name: key.name,
    attempt: key.attempt,
    substrate: substrate.name,
    seed,
    deadline: deadline === undefined ? undefined : String(deadline),
    gap: gap === undefined ? undefined : String(gap),
    machines,
    ...(traffic !== undefined && { traffic: String(traffic) }),
    ...(faults && { faults: faults.map((rule) => faultRuleSchema.parse(rule)) }),
    kernel: {
      id: kernel.id,
      sha256: kernel.sha256,
      ...(kernel.path !== '' && { file: await addFile(kernel.path) }),
      ...(kernel.agent && { agent: kernel.agent }),
      ...(kernel.counters !== undefined && { counters: kernel.counters }),
    },
    ...(kernel.agent && { guest: await guestFiles(collector) }),
    ...(overlays && { overlays: await layers(overlays, collector) }),
    ...(versions && { versions: { ...versions } }),
    how:
      loaded.drive === undefined
        ? await planned(inputs, loaded, collector)
        : await programmed(inputs, loaded, collector),
  };
  const text = Buffer.from(JSON.stringify(order));
  if (text.length > largestOrder) {
    const mib = (bytes: number): number => Math.ceil(bytes / 1024 ** 2);
    const message = `its plan has ${mib(text.length)} MiB, and a worker takes up to ${mib(largestOrder)}`;
    throw new EspalierError('scenario', message);
  }
  return { order: bytesSource(await promisify(zstdCompress)(text)), contents: [...contents.values()] };
}

/** Takes what has to be sent along. */
interface Collector {
  readonly add: (source: BlobSource) => string;
  readonly addFile: (path: string) => Promise<OrderFile>;
}

async function guestFiles({ addFile }: Collector): Promise<Order['guest']> {
  const { agent, shim, starter } = await ensureGuest();
  const program = async ({ id, path }: GuestProgram) => ({ id, file: await addFile(path) });
  return { agent: await program(agent), shim: await program(shim), starter: await program(starter) };
}

async function layers(overlays: NonNullable<AttemptSettings['overlays']>, { addFile }: Collector) {
  const found: NonNullable<Order['overlays']> = {};
  for (const [host, list] of Object.entries(overlays)) {
    found[host] = [];
    for (const { path, ...layer } of list) found[host].push({ ...layer, file: await addFile(path) });
  }
  return found;
}

/** Everything is known beforehand: the worker needs nothing of the suite. */
async function planned(
  { folder }: OrderInputs,
  loaded: LoadedScenario,
  { add, addFile }: Collector,
): Promise<Order['how']> {
  const { entry, plan, images, suite, versions, format } = loaded;
  const scenario = packValue({ entry, plan, images, suite, versions, format, judging: {} }, (bytes) => {
    add(bytesSource(bytes));
  });
  const files: Record<string, OrderFile> = {};
  for (const path of filesOfPlan(plan)) files[path] = await addFile(path);
  const { stored, inputs } = await store(folder, loaded);
  for (const hash of inputs) add(await fileSource(join(runInputs(folder.dir).dir, hash)));
  return { kind: 'plan', scenario, files, stored, inputs };
}

/** Image files that a plan names; hosts of a lab that boots nothing have an empty name. */
function filesOfPlan({ images, overlays = {}, sharedTrees }: LabPlan): string[] {
  const all = [
    ...Object.values(images),
    ...Object.values(overlays).flat(),
    ...sharedTrees.flatMap(({ layers }) => layers),
  ];
  return [...new Set(all)].filter((path) => path !== '');
}

/** What judging will read, put into the run; a folder of its own shows which inputs are this scenario's. */
async function store(folder: RunFolder, loaded: LoadedScenario): Promise<{ stored: string; inputs: string[] }> {
  using folderOfOne = makeWorkFolder('order');
  const work = folderOfOne.path;
  await storeScenario(work, work, loaded);
  const own = runInputs(work).dir;
  const inputs = filesBelow(own).files;
  for (const hash of inputs) putInput(runInputs(folder.dir), needPlain(join(own, hash)));
  return { stored: needPlain(join(work, 'scenario.json')).toString('utf8'), inputs };
}

/** A program drives the lab: the worker loads it, from its own Espalier or from the files that are sent. */
async function programmed(
  { folder, supply, suites }: OrderInputs,
  { entry, suite: identity }: LoadedScenario,
  { add, addFile }: Collector,
): Promise<Order['how']> {
  const images: Extract<Order['how'], { kind: 'program' }>['images'] = {};
  for (const [recipe, { id, sha256, path, versions }] of supply.images) {
    images[recipe] = { id, sha256, versions: { ...versions }, ...(path !== '' && { file: await addFile(path) }) };
  }
  const { ownHelpers, ...rest } = identity;
  const made = {
    kind: 'program' as const,
    suite: { ...rest, ...(ownHelpers && { ownHelpers: [...ownHelpers] }) },
    images,
  };
  const path = folder.run.options.paths?.[entry.suite];
  const suite = suites.get(entry.suite);
  if (path === undefined || suite === undefined) return made;
  const { archive, open, folder: place } = await programFiles(suite, path);
  const original = { folder: place, seenFrom: process.cwd() };
  return { ...made, folder: { archive: add(archive), open, original } };
}
