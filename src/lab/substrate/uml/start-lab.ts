import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../../../base/deadline.ts';
import { EspalierError } from '../../../base/errors.ts';
import type { LabPlan } from '../../../model/scenario.ts';
import { squashfsOf } from '../../../supply/image/pack.ts';
import { claimCpu, releaseCpu } from '../../../supply/kernel/cpus.ts';
import { agentBytes, ensureGuest, type GuestBinaries } from '../../../supply/kernel/guest.ts';
import { configOf, mountsErofs } from '../../../supply/kernel/image-format.ts';
import { memoryFolder } from '../../../supply/kernel/lab-memory.ts';
import { endOf, kernelProcess, type Starter, startWalled } from '../../../supply/kernel/starter.ts';
import { refuseOtherTime } from '../../../supply/kernel/time-and-cpus.ts';
import { requireWalls, type Walls } from '../../../supply/kernel/walls.ts';
import { encodeOrders } from '../../agent/orders.ts';
import { encodePlan } from '../../agent/plan.ts';
import { isStopped, treeActivity, treeCpuMs } from '../../agent/process-tree.ts';
import { lastStep } from '../last-step.ts';
import type { Activity, BackendEnd, BackendLab, Debuggee, LabRequest, Order } from '../substrate.ts';
import { faultInFile } from './kernel-log.ts';

/** What a lab's kernel sees of this machine. */
function inputsOf(dir: string): string {
  return join(dir, 'lab', 'in');
}

/**
 * The kernel's command line. It is visible in the lab (/proc/cmdline), so it must not tell runs
 * apart: the attempt's folder is named by the process's own working directory.
 */
function commandLine(request: LabRequest): string[] {
  return [
    `mem=${request.plan.memory}M`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/root',
    'hostfs=/proc/self/cwd',
    'ro',
    'quiet',
    'loglevel=5',
    'con=null',
    'con0=null,fd:1',
    'con1=null,fd:3',
    'ssl=null',
    'init=/agent',
    ...clockWords(request.plan),
    'seccomp=on',
    'uml_dir=/proc/self/cwd/umid/',
  ];
}

/**
 * At boot, the jitter RNG of Linux 6.12 waits for different deltas of a clock that stands while it computes: it would wait for ever. Linux
 * 7.2 has none that is built in.
 */
const withoutJitter = 'initcall_blacklist=jent_mod_init';

/** In real time the kernel takes the machine's own date. */
function clockWords({ clock = 'infinite', timing, cpus = 1 }: LabPlan): string[] {
  if (clock === 'real') return cpus > 1 ? [`ncpus=${cpus}`] : [];
  const words = clock === 'cpu' ? ['time-travel'] : ['time-travel=inf-cpu', withoutJitter];
  return [...words, `time-travel-start=${timing.start}`];
}

/** What the kernel sees: the boot folder with the agent, the plan, the images. Gives the images by their name in it. */
function prepare(request: LabRequest, guest: GuestBinaries, walls: Walls): Map<string, string> {
  const inputs = inputsOf(request.dir);
  for (const folder of ['root/m', 'umid']) mkdirSync(join(inputs, folder), { recursive: true });
  mkdirSync(join(request.dir, 'lab', 'root'));
  writeFileSync(join(inputs, 'root', 'agent'), agentBytes(guest.agent), { mode: 0o755 });
  const nonce = (request.seed ?? 0n).toString(16).padStart(16, '0').slice(-16);
  const plan = encodePlan(request.plan, { hold: request.hold, nonce });
  writeFileSync(join(inputs, 'plan'), plan.bytes);
  // There from the start: a readlink() that fails would cost the waiting lab time.
  if (request.hold) symlinkSync('0', join(inputs, 'next'));
  const images = new Map([...plan.images].map(([name, path]): [string, string] => [name, realpathSync(path)]));
  for (const [name, path] of images) showImage(join(inputs, name), path, walls);
  return images;
}

/** Where the starter can mount, an empty file to mount an image on; else a link to the image's folder, which hostfs follows as a root. */
function showImage(place: string, path: string, walls: Walls): void {
  if (walls === 'namespaces') {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, '');
  } else if (!existsSync(dirname(place))) symlinkSync(dirname(path), dirname(place));
}

interface LabParts extends Pick<LabPlan, 'clock'>, Pick<LabRequest, 'holdAt'> {
  readonly dir: string;
  /** Folder of the lab's memory. */
  readonly memory: string;
  readonly walls: Walls;
}

class UmlLab implements BackendLab {
  readonly ended: Promise<BackendEnd>;
  readonly walls: Walls;
  readonly process: Promise<number | undefined>;
  readonly debuggee?: Debuggee;
  readonly #starter: Starter;
  readonly #dir: string;
  readonly #stopsToWait: boolean;
  #step = 0;
  #cpuMs = 0;
  #gone = false;
  /** Its kernel is off the CPU. Only then a signal can put it back: one that comes before the starter listens would end it. */
  #resting = false;

  constructor(starter: Starter, { dir, memory, walls, clock, holdAt }: LabParts) {
    this.walls = walls;
    this.#stopsToWait = clock !== undefined && clock !== 'infinite';
    this.#starter = starter;
    this.#dir = dir;
    this.process = kernelProcess(starter);
    if (holdAt !== undefined) this.debuggee = { stopped: this.#stopped(), goOn: () => this.#signal('SIGUSR2') };
    this.ended = this.#end(memory);
  }

  async #stopped(): Promise<number | undefined> {
    const process = await this.process;
    if (process === undefined) return undefined;
    await until(() => this.#gone || isStopped(process), {
      what: 'the kernel to stop for a debugger',
      timeoutMs: Number.POSITIVE_INFINITY,
      intervalMs: 10,
    });
    return this.#gone ? undefined : process;
  }

  async #end(memory: string): Promise<BackendEnd> {
    const { status, cpuMs, pageFaults, refused, failed, lost } = await endOf(this.#starter);
    this.#gone = true;
    this.#cpuMs = Math.max(this.#cpuMs, cpuMs);
    if (refused !== undefined) return { status, fault: 'lab-died', detail: refused, byMachine: true };
    if (failed !== undefined) return { status, fault: 'boot-failed', detail: `the lab was not started: ${failed}` };
    if (lost !== undefined) return { status, fault: 'lab-died', detail: lost, byMachine: true };
    return {
      status,
      ...(pageFaults !== undefined && { pageFaults }),
      ...faultInFile(join(this.#dir, 'kernel.log'), memory),
    };
  }

  cpuMs(): number {
    if (!this.#gone && this.#starter.pid !== undefined)
      this.#cpuMs = Math.max(this.#cpuMs, treeCpuMs(this.#starter.pid));
    return this.#cpuMs;
  }

  activity(): Activity {
    return this.#gone || this.#starter.pid === undefined ? 'runs' : treeActivity(this.#starter.pid);
  }

  async send(orders: readonly Order[]): Promise<void> {
    if (this.#resting) this.#signal('SIGUSR2');
    this.#resting = false;
    await this.#reached(this.#step);
    const lab = inputsOf(this.#dir);
    rmSync(join(lab, `order.${this.#step}`), { force: true });
    this.#step += 1;
    writeFileSync(join(lab, `order.${this.#step}`), encodeOrders(orders));
    symlinkSync(String(this.#step), join(lab, 'next.tmp'));
    renameSync(join(lab, 'next.tmp'), join(lab, 'next'));
    if (orders.some(({ kind }) => kind === 'end')) return;
    await this.#reached(this.#step);
    // It waits in a loop, whose CPU time would be the lab's.
    if (this.#stopsToWait) this.rest();
  }

  /** However long that takes here: whether the lab hangs is for its watchdog to say, who then kills it. */
  async #reached(step: number): Promise<void> {
    await until(() => this.#gone || lastStep(join(this.#dir, 'records')) >= step, {
      what: 'the lab to work off its orders',
      timeoutMs: Number.POSITIVE_INFINITY,
      intervalMs: 2,
    });
  }

  /** The starter stops the kernel's own process only: the guest's are its children and would report their stop to it. */
  rest(): void {
    if (lastStep(join(this.#dir, 'records')) !== this.#step) return;
    this.#resting = true;
    this.#signal('SIGUSR1');
  }

  #signal(name: NodeJS.Signals): void {
    if (!this.#gone) this.#starter.kill(name);
  }

  /** The starter ends all that is behind the walls, and stores what they had written. */
  kill(): void {
    this.#signal('SIGTERM');
  }
}

function requireKernel(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new EspalierError('infrastructure', 'the kernel cannot be executed', { file: path, cause });
  }
}

/** The plan with images that the kernel can mount: EROFS, or squashfs where its configuration lacks that. */
async function readablePlan({ kernel, plan }: LabRequest): Promise<LabPlan> {
  if (await mountsErofs(kernel)) return plan;
  const convert = (paths: readonly string[]): Promise<string[]> => Promise.all(paths.map(squashfsOf));
  const images = Object.entries(plan.images).map(async ([host, path]) => [host, await squashfsOf(path)] as const);
  const overlays = Object.entries(plan.overlays ?? {}).map(
    async ([host, paths]) => [host, await convert(paths)] as const,
  );
  const trees = plan.sharedTrees.map(async (tree) => ({ ...tree, layers: await convert(tree.layers) }));
  return {
    ...plan,
    images: Object.fromEntries(await Promise.all(images)),
    overlays: Object.fromEntries(await Promise.all(overlays)),
    sharedTrees: await Promise.all(trees),
  };
}

/** One agent for all labs of a process, also when its sources change meanwhile. */
let guestBinaries: Promise<GuestBinaries> | undefined;

export function ownGuest(): Promise<GuestBinaries> {
  guestBinaries ??= ensureGuest();
  return guestBinaries;
}

/** Starts a lab; resolves when its processes run. */
export async function startLab(request: LabRequest): Promise<BackendLab> {
  requireKernel(request.kernel);
  refuseOtherTime(request.plan, await configOf(request.kernel));
  const guest = request.guest ?? (await ownGuest());
  const walls = await requireWalls(guest);
  const plan = await readablePlan(request);
  const images = prepare({ ...request, plan }, guest, walls);
  const { dir, kernel, seed, holdAt } = request;
  const memory = memoryFolder(plan.memory, dir);
  // A kernel whose CPUs are threads is not to run them in turns.
  const cpu = (plan.cpus ?? 1) > 1 ? undefined : claimCpu();
  try {
    const starter = startWalled({
      ...{ walls, guest, kernel, seed, cpu, images, holdAt },
      args: commandLine(request),
      attempt: dir,
      inputs: inputsOf(dir),
      root: join(dir, 'lab', 'root'),
      captures: plan.topology.links.map(({ name }) => name),
      memory: { folder: memory, mebibytes: plan.memory },
    });
    const { clock } = plan;
    const parts = { ...(clock && { clock }), ...(holdAt !== undefined && { holdAt }) };
    const lab = new UmlLab(starter, { dir, memory, walls, ...parts });
    void lab.ended.then(() => free(cpu));
    return lab;
  } catch (cause) {
    free(cpu);
    throw cause;
  }
}

function free(cpu: number | undefined): void {
  if (cpu !== undefined) releaseCpu(cpu);
}
