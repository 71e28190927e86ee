import { EspalierError } from '../base/errors.ts';
import type { AttemptFile, AttemptInputs } from '../model/attempt.ts';
import type { FaultRule } from '../model/faults.ts';
import type { LabPlan, MachineSize } from '../model/scenario.ts';
import type { AtEnd, HeldLab, KernelFlavour, LoadedScenario } from '../model/suite.ts';
import { lackingOf, traitsWith } from '../model/traits.ts';
import type { GuestBinaries } from '../supply/kernel/guest.ts';
import { costOf } from './cost.ts';
import { type Layer, laySources, type SourceLayer } from './source-layers.ts';
import { type Lab, type LabResult, type StoppedKernel, startLab } from './substrate/lifecycle.ts';
import type { KernelChoice, Substrate } from './substrate/substrate.ts';
import type { LabLimits } from './substrate/watchdog.ts';

/** What all attempts of a run share. */
export interface AttemptSettings {
  readonly substrate: Substrate;
  readonly kernel: KernelChoice;
  /** Compiled parts of labs that another machine made; absent: they are made here. */
  readonly guest?: GuestBinaries | undefined;
  /** The same kernel in another flavour, made on first need. */
  readonly kernelOf?: (flavour: KernelFlavour) => Promise<KernelChoice>;
  readonly seed: bigint | undefined;
  /** Virtual deadline per command that replaces the scenario's own, ns. */
  readonly deadline?: bigint | undefined;
  /** Virtual time between two commands that replaces the scenario's own, ns. */
  readonly gap?: bigint | undefined;
  /** What hosts have that are machines of their own. */
  readonly machines?: MachineSize | undefined;
  /** What becomes of single frames; an empty list makes labs ready for it (`blankRules` of src/lab/agent/faults.ts). */
  readonly faults?: readonly FaultRule[];
  /** What is asked of tunnels when a scenario that drives itself is over (`AtEnd`). */
  readonly traffic?: bigint | undefined;
  readonly limits?: LabLimits | undefined;
  /** Who looks into the kernel of each lab. */
  readonly debug?: LabDebugger;
  /** What the user lays over the images, by host name or `*`. */
  readonly overlays?: Readonly<Record<string, readonly Layer[]>>;
  /** What was built from the user's source trees. */
  readonly sources?: readonly SourceLayer[];
  /** Versions that replace those of the images, where sources are laid over them. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** A debugger for labs' kernels. */
export interface LabDebugger {
  /** The step, by its number, before which it is attached. */
  readonly at: number;
  /** Called when the kernel has stopped there; resolves when the debugger has left. */
  look(kernel: StoppedKernel): Promise<void>;
  /** Called when a lab has ended without coming to that step. */
  missed(): void;
}

/** One attempt to make. */
export interface AttemptOrder<Loaded extends LoadedScenario> {
  readonly suite: string;
  readonly name: string;
  readonly attempt: number;
  /** Existing, empty folder. */
  readonly dir: string;
  readonly load: () => Promise<Loaded>;
  /** Puts what judging will read beside the raw files. Called before the lab starts, or when all its steps are known. */
  readonly store: (loaded: Loaded) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Runs one scenario once: loads it, stores what judging needs, runs the lab. Returns what goes
 * into `attempt.json`; the caller writes it, since its presence says that the attempt is over.
 */
export async function runAttempt<Loaded extends LoadedScenario>(
  order: AttemptOrder<Loaded>,
  forAll: AttemptSettings,
): Promise<AttemptFile> {
  const { dir, signal } = order;
  refuseStopped(signal);
  const loaded = await order.load();
  const settings = await settingsFor(loaded, forAll);
  refuseStopped(signal);
  if (loaded.drive === undefined) await order.store(loaded);
  refuseStopped(signal);
  const started = new Date();
  const { substrate, kernel, seed, limits } = settings;
  const request = {
    dir,
    plan: withSettings(loaded.plan, settings),
    kernel: kernel.path,
    ...(settings.guest && { guest: settings.guest }),
    seed,
    hold: loaded.drive !== undefined,
    ...(settings.debug && { holdAt: settings.debug.at }),
  };
  await using lab = await startLab(substrate, request, limits);
  const stop = (): void => lab.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    const looking = settings.debug && debugged(lab, settings.debug);
    const done =
      loaded.drive === undefined ? loaded : await driven(loaded, loaded.drive, [held(lab, dir), atEnd(settings)]);
    if (loaded.drive !== undefined) await order.store(done);
    const result = await lab.ended;
    const failed = await looking;
    if (failed !== undefined) throw failed;
    if (result.end.word === 'cancelled') refuseStopped(signal);
    return describe(order, { loaded: done, settings, started, result });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function atEnd({ traffic }: AttemptSettings): AtEnd {
  return traffic === undefined ? {} : { traffic };
}

/** The scenario with the steps that were taken. */
async function driven<Loaded extends LoadedScenario>(
  loaded: Loaded,
  drive: NonNullable<LoadedScenario['drive']>,
  asked: Parameters<NonNullable<LoadedScenario['drive']>>,
): Promise<Loaded> {
  const steps = await drive(...asked);
  return { ...loaded, plan: { ...loaded.plan, steps } };
}

function held(lab: Lab, dir: string): HeldLab {
  return {
    dir,
    get over() {
      return lab.ending;
    },
    get cpuMs() {
      return lab.cpuMs;
    },
    send: (orders) => lab.send(orders),
  };
}

/** Has the debugger look; a lab that it cannot look into is ended. Gives the error of that, since nobody awaits it before the lab's end. */
async function debugged(lab: Lab, debug: LabDebugger): Promise<unknown> {
  try {
    if (!(await lab.debug((kernel) => debug.look(kernel)))) debug.missed();
    return undefined;
  } catch (error) {
    lab.cancel('the debugger failed');
    return error;
  }
}

function refuseStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new EspalierError('cancelled', 'the run was stopped');
}

/**
 * The settings of a run for one scenario, with the kernel that it needs and the sources that its hosts run. Where a seed does not decide what happens, they have
 * none: a recorded seed would claim that the lab can be repeated.
 */
export async function settingsFor(
  { flavour, plan, images, alsoHas }: Pick<LoadedScenario, 'flavour' | 'plan' | 'images' | 'alsoHas'>,
  { kernelOf, sources = [], ...settings }: AttemptSettings,
): Promise<AttemptSettings> {
  const kernel = flavour !== undefined && kernelOf !== undefined ? await kernelOf(flavour) : settings.kernel;
  const laid =
    sources.length === 0 ? {} : laySources({ images, ...(alsoHas && { alsoHas }) }, settings.overlays ?? {}, sources);
  return {
    ...settings,
    ...laid,
    kernel,
    seed: traitsWith(settings.substrate.traits, plan.clock).seeds ? settings.seed : undefined,
  };
}

/** A scenario's plan with what the user set for all of a run. */
export function withSettings(
  plan: LabPlan,
  {
    deadline = plan.timing.deadline,
    gap = plan.timing.gap,
    overlays,
    faults,
    machines,
    kernel,
  }: Pick<AttemptSettings, 'deadline' | 'gap' | 'overlays' | 'faults' | 'machines'> & {
    readonly kernel?: Pick<KernelChoice, 'counters'>;
  },
): LabPlan {
  if (faults !== undefined) checkFaults(plan, faults);
  return {
    ...plan,
    timing: { ...plan.timing, deadline, gap },
    ...(overlays && {
      overlays: stacked(plan, overlays),
    }),
    ...(faults && { faults }),
    ...(machines && { machines }),
    ...(kernel?.counters !== undefined && { counters: kernel.counters }),
  };
}

function checkFaults({ topology }: LabPlan, faults: readonly FaultRule[]): void {
  for (const { link, from } of faults) {
    const hosts = topology.hosts.filter(({ nics }) => nics.some((nic) => nic.link === link)).map(({ name }) => name);
    if (hosts.length > 0 && (from === undefined || hosts.includes(from))) continue;
    const what = hosts.length === 0 ? `link ${link}` : `host ${from} on link ${link}`;
    const known = hosts.length === 0 ? topology.links.map(({ name }) => name) : hosts;
    throw new EspalierError('scenario', `a fault rule names the ${what}; there are ${known.join(', ')}`);
  }
}

/** The user's layers lie over those of the scenario, and what was built from source under them. */
function stacked(
  { topology, overlays: own = {} }: LabPlan,
  overlays: NonNullable<AttemptSettings['overlays']>,
): NonNullable<LabPlan['overlays']> {
  const stack = topology.hosts.map(({ name }) => {
    const all = [...(overlays[name] ?? []), ...(overlays['*'] ?? [])];
    const paths = (under: boolean) => all.flatMap((one) => ((one.under ?? false) === under ? [one.path] : []));
    return [name, [...paths(false), ...(own[name] ?? []), ...(own['*'] ?? []), ...paths(true)]] as const;
  });
  return Object.fromEntries(stack.filter(([, layers]) => layers.length > 0));
}

function mapLayers<T>(
  overlays: NonNullable<AttemptSettings['overlays']>,
  of: (layer: Layer) => T,
): Record<string, T[]> {
  return Object.fromEntries(Object.entries(overlays).map(([host, layers]) => [host, layers.map(of)]));
}

/** What an attempt at a scenario with these settings is fed with. */
export function inputsOf(
  loaded: Pick<LoadedScenario, 'images' | 'suite' | 'versions'>,
  { kernel, seed, overlays, versions }: Pick<AttemptSettings, 'kernel' | 'seed' | 'overlays' | 'versions'>,
): AttemptInputs {
  return {
    kernel: { id: kernel.id, sha256: kernel.sha256 },
    ...(kernel.agent && { agent: kernel.agent }),
    images: loaded.images,
    ...(overlays && { overlays: mapLayers(overlays, ({ id, sha256 }) => ({ id, sha256 })) }),
    suite: loaded.suite,
    versions: { ...loaded.versions, ...versions },
    ...(seed !== undefined && { seed: String(seed) }),
  };
}

interface FinishedLab {
  readonly loaded: LoadedScenario;
  readonly settings: AttemptSettings;
  readonly started: Date;
  readonly result: LabResult;
}

function describe(
  { suite, name, attempt }: Pick<AttemptFile, 'suite' | 'name' | 'attempt'>,
  { loaded, settings, started, result }: FinishedLab,
): AttemptFile {
  const { clock } = loaded.plan;
  const lacks = lackingOf(traitsWith(settings.substrate.traits, clock));
  const cost = result.usage && costOf(loaded, result.usage);
  return {
    version: 1,
    suite,
    name,
    attempt,
    hosts: loaded.plan.topology.hosts.map(({ name }) => name),
    inputs: inputsOf(loaded, settings),
    ...(lacks && { lacks: [...lacks] }),
    ...(clock && { clock }),
    ...(result.walls && { walls: result.walls }),
    end: result.end,
    time: {
      started: started.toISOString(),
      wallMs: Math.round(result.wallMs),
      bootMs: Math.round(result.bootMs),
      labCpuMs: Math.round(result.cpuMs),
      virtualNs: String(result.records.virtualNs),
    },
    ...(cost && { cost }),
  };
}
