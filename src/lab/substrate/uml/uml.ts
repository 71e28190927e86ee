import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../base/deadline.ts';
import { EspalierError } from '../../../base/errors.ts';
import { claimCpu, releaseCpu } from '../../../supply/kernel/cpus.ts';
import { refusedFixedAddresses } from '../../../supply/kernel/fixed-addresses.ts';
import { ensureGuest, type GuestBinaries } from '../../../supply/kernel/guest.ts';
import { memoryFolder } from '../../../supply/kernel/lab-memory.ts';
import { lastStep } from '../last-step.ts';
import type { BackendEnd, BackendLab, LabRequest, Order, Substrate } from '../substrate.ts';
import { faultInFile } from './kernel-log.ts';
import { encodeOrders } from './orders.ts';
import { encodePlan } from './plan.ts';
import { treeCpuMs, treeSleeps } from './process-tree.ts';

/**
 * The kernel's command line. It is visible in the lab (/proc/cmdline), so it must not tell runs
 * apart: the attempt's folder is named by the process's own working directory.
 */
function commandLine(request: LabRequest): string[] {
  return [
    `mem=${request.plan.memory}M`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/lab/root',
    'hostfs=/proc/self/cwd',
    'ro',
    'quiet',
    'loglevel=5',
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'init=/agent',
    'time-travel=inf-cpu',
    `time-travel-start=${request.plan.timing.start}`,
    'seccomp=on',
    'uml_dir=lab/',
  ];
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // another file system, or a file that is not ours
  }
}

/** Fills the attempt's `lab/`: the boot folder with the agent, the plan, ways to the images. */
function prepare(request: LabRequest, guest: GuestBinaries): void {
  const lab = join(request.dir, 'lab');
  mkdirSync(join(lab, 'root', 'm'), { recursive: true });
  linkOrCopy(guest.agent.path, join(lab, 'root', 'agent'));
  const nonce = (request.seed ?? 0n).toString(16).padStart(16, '0').slice(-16);
  const plan = encodePlan(request.plan, { hold: request.hold, nonce });
  // hostfs follows one link only, and the folder may be a link itself.
  for (const [alias, folder] of plan.folders) symlinkSync(realpathSync(folder), join(lab, alias));
  writeFileSync(join(lab, 'plan'), plan.bytes);
  // There from the start: a readlink() that fails would cost the waiting lab time.
  if (request.hold) symlinkSync('0', join(lab, 'next'));
}

/** Where a lab's process runs. */
interface Place {
  readonly cpu: number;
  /** Folder of its memory. */
  readonly memory: string;
}

function environment(request: LabRequest, guest: GuestBinaries, { cpu, memory }: Place): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    TMPDIR: memory,
    LD_PRELOAD: guest.shim.path,
    ESPALIER_USAGE: 'lab/cpu',
    ESPALIER_CPU: String(cpu),
    ...(request.seed === undefined ? {} : { ESPALIER_SEED: request.seed.toString() }),
  };
}

/** The kernel and all its children die with this process, however it dies. */
function launch(request: LabRequest, guest: GuestBinaries, place: Place): ChildProcess {
  const log = openSync(join(request.dir, 'kernel.log'), 'a');
  try {
    return spawn('setpriv', ['--pdeathsig', 'KILL', request.kernel, ...commandLine(request)], {
      cwd: request.dir,
      env: environment(request, guest, place),
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

class UmlLab implements BackendLab {
  readonly ended: Promise<BackendEnd>;
  readonly #child: ChildProcess;
  readonly #dir: string;
  #step = 0;
  #cpuMs = 0;
  #gone = false;

  constructor(child: ChildProcess, dir: string, memory: string) {
    this.#child = child;
    this.#dir = dir;
    const { promise, resolve } = Promise.withResolvers<BackendEnd>();
    child.once('error', (error) => resolve({ status: error.message, fault: 'boot-failed', detail: error.message }));
    child.once('exit', (code, signal) => {
      this.#cpuMs = this.#usage();
      this.#gone = true;
      this.kill();
      resolve({ status: String(code ?? signal), ...faultInFile(join(dir, 'kernel.log'), memory) });
    });
    this.ended = promise;
  }

  /** What the preloaded shim left behind; without it (a panic) the last look has to do. */
  #usage(): number {
    try {
      return Number(readFileSync(join(this.#dir, 'lab', 'cpu'), 'utf8')) * 1000;
    } catch {
      return this.#cpuMs;
    }
  }

  cpuMs(): number {
    if (!this.#gone && this.#child.pid !== undefined) this.#cpuMs = Math.max(this.#cpuMs, treeCpuMs(this.#child.pid));
    return this.#cpuMs;
  }

  asleep(): boolean {
    return !this.#gone && this.#child.pid !== undefined && treeSleeps(this.#child.pid);
  }

  async send(orders: readonly Order[]): Promise<void> {
    this.#signal('SIGCONT');
    await this.#reached(this.#step);
    const lab = join(this.#dir, 'lab');
    rmSync(join(lab, `order.${this.#step}`), { force: true });
    this.#step += 1;
    writeFileSync(join(lab, `order.${this.#step}`), encodeOrders(orders));
    symlinkSync(String(this.#step), join(lab, 'next.tmp'));
    renameSync(join(lab, 'next.tmp'), join(lab, 'next'));
    if (orders.some(({ kind }) => kind === 'end')) return;
    await this.#reached(this.#step);
  }

  /** However long that takes here: whether the lab hangs is for its watchdog to say, who then kills it. */
  async #reached(step: number): Promise<void> {
    await until(() => this.#gone || lastStep(join(this.#dir, 'records')) >= step, {
      what: 'the lab to work off its orders',
      timeoutMs: Number.POSITIVE_INFINITY,
      intervalMs: 2,
    });
  }

  /** Only the kernel's own process: the guest's are its children and would report their stop to it. */
  rest(): void {
    if (lastStep(join(this.#dir, 'records')) === this.#step) this.#signal('SIGSTOP');
  }

  #signal(name: NodeJS.Signals): void {
    if (!this.#gone) this.#child.kill(name);
  }

  kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // the group is empty already
    }
  }
}

function requireKernel(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new EspalierError('infrastructure', 'the kernel cannot be executed', { file: path, cause });
  }
}

/** One agent for all labs of a process, also when its sources change meanwhile. */
let guestBinaries: Promise<GuestBinaries> | undefined;

/** One User Mode Linux process a lab, all hosts inside it. x86-64 Linux only. */
export const uml: Substrate = {
  name: 'uml',
  traits: { virtualTime: true, seeds: true, captures: true },
  async check() {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new EspalierError(
        'infrastructure',
        `substrate uml needs x86-64 Linux, this is ${process.arch} ${process.platform}`,
      );
    }
    const refusal = await refusedFixedAddresses();
    if (refusal !== undefined) {
      throw new EspalierError('infrastructure', `labs cannot run here: ${refusal}`, {
        remedy: 'in a container, use a seccomp profile that permits this call (docs/container.md)',
      });
    }
  },
  supply: () => ({
    async kernel({ selection, pfKey, signal }) {
      const { ensureKernel } = await import('../../../supply/kernel/kernel.ts');
      const kernel = await ensureKernel({ selection, signal, ...(pfKey && { flavour: 'netkey' }) });
      guestBinaries ??= ensureGuest();
      const { id, sha256 } = (await guestBinaries).agent;
      return { ...kernel, agent: { id, sha256 } };
    },
    async image(recipe, signal) {
      const { ensureImage } = await import('../../../supply/image/image.ts');
      return ensureImage(recipe, signal);
    },
  }),
  async start(request) {
    requireKernel(request.kernel);
    guestBinaries ??= ensureGuest();
    const guest = await guestBinaries;
    prepare(request, guest);
    const memory = memoryFolder(request.plan.memory, request.dir);
    const cpu = claimCpu();
    const lab = new UmlLab(launch(request, guest, { cpu, memory }), request.dir, memory);
    void lab.ended.then(() => releaseCpu(cpu));
    return lab;
  },
};
