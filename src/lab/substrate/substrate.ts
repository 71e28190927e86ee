import type { Identity } from '../../model/attempt.ts';
import type { LabPlan } from '../../model/scenario.ts';
import type { KernelFlavour, Order } from '../../model/suite.ts';
import type { Traits } from '../../model/traits.ts';
import type { Image } from '../../supply/image/image.ts';
import type { GuestBinaries } from '../../supply/kernel/guest.ts';
import type { Kconfig } from '../../supply/kernel/kconfig.ts';
import type { Walls } from '../../supply/kernel/walls.ts';

export type { Order };

/** What a lab is made from. The folder holds the attempt's raw files and nothing else. */
export interface LabRequest {
  /**
   * Existing, empty folder of the attempt. The backend writes below it: `records`,
   * `kernel.log`, `links/<link>.pcapng`, `files/<path>`, and working files in `lab/`,
   * which the wrapper removes.
   */
  readonly dir: string;
  readonly plan: LabPlan;
  /** Path of the kernel binary (ignored by backends without a kernel of their own). */
  readonly kernel: string;
  /** The compiled parts of the lab, where another machine made them; absent: the substrate makes its own. */
  readonly guest?: GuestBinaries;
  /** 64-bit seed of all randomness in the lab; `undefined`: not reproducible. */
  readonly seed: bigint | undefined;
  /** Keep the lab frozen after the plan's steps and wait for `send`. */
  readonly hold: boolean;
  /** The step, by its number, at which its kernel stops before the command is typed, so that a debugger can attach to it. */
  readonly holdAt?: number;
}

/** How the lab's process ended, as the backend saw it. */
export interface BackendEnd {
  /** Exit code or signal name of the lab's process. */
  readonly status: string;
  /** Evidence the backend recognised in the kernel log. */
  readonly fault?: 'panic' | 'out-of-memory' | 'boot-failed' | 'lab-died';
  readonly detail?: string;
  /** Of its processes on this machine, where it has any and all were seen to end. */
  readonly pageFaults?: number;
  /** This machine failed the lab, so what the lab says of itself is a consequence. */
  readonly byMachine?: boolean;
}

/**
 * What the threads of a lab's processes can do: one of them runs or waits for a CPU; all sleep until another one wakes them; or none can run,
 * and one at least waits for a disk or was stopped, which can be this machine's doing.
 */
export type Activity = 'runs' | 'asleep' | 'held up';

/** A lab's kernel for a debugger. */
export interface Debuggee {
  /** The kernel process's number on this machine, once it has stopped at `holdAt`; `undefined`: it ended without. */
  readonly stopped: Promise<number | undefined>;
  /** Takes back the stop of its own; a debugger that is attached holds it all the same. Idempotent. */
  goOn(): void;
}

/** A lab as its backend provides it. Called only by the lifecycle wrapper. */
export interface BackendLab {
  /** What keeps it from this machine; `undefined`: it has no processes of its own, or each is a machine. */
  readonly walls?: Walls;
  /** Settles once, when the lab's processes are gone and its raw files are complete. Never rejects. */
  readonly ended: Promise<BackendEnd>;
  /** CPU time of all the lab's processes so far, ms. The wrapper's watchdog polls it. */
  cpuMs(): number;
  /** What the lab's processes can do now. */
  activity(): Activity;
  /** Hands a held lab its next orders; resolves when they are worked off and the clock stands. */
  send(orders: readonly Order[]): Promise<void>;
  /** Ends all processes of the lab now. Synchronous, idempotent, callable in any state. */
  kill(): void;
  /** Where there is: takes a lab that stands still off the CPU. `send` wakes it. */
  rest?(): void;
  /** The number of its kernel's process on this machine, where it is one. */
  readonly process?: Promise<number | undefined>;
  /** Where the request has `holdAt` and its kernel is a process that a debugger can attach to. */
  readonly debuggee?: Debuggee;
}

/** A kernel that labs boot. */
export interface KernelChoice extends Identity {
  readonly path: string;
  /** The first process of its labs, where the substrate brings one: compiled here, so compilers tell labs apart. */
  readonly agent?: Identity;
  /** Lines of its `modules.builtin`; absent: not known. */
  readonly builtIn?: readonly string[];
  /** The folder that it was built in, where it counts what it runs. */
  readonly counters?: string;
}

/** Which kernel is wanted. */
export interface KernelRequest {
  /** The user's own tree or binary; `undefined`: the one that the substrate usually has. */
  readonly selection: string | undefined;
  readonly flavour: KernelFlavour;
  /** With names, lines and types for a debugger. */
  readonly debug: boolean;
  /** With counters of what runs. */
  readonly coverage: boolean;
  /** With the kernel's own checkers. */
  readonly checkers: boolean;
  /** Options of the user's own (`--kconfig`). */
  readonly options: Kconfig;
  readonly signal: AbortSignal | undefined;
}

/** Makes what labs boot, unless the cache has it. */
export interface Supply {
  kernel(request: KernelRequest): Promise<KernelChoice>;
  /** The image of a recipe in `images/`. */
  image(recipe: string, signal: AbortSignal | undefined): Promise<Image>;
}

/** What makes hosts real. Implementations stay dumb: no work folders, no timers, no retries. */
export interface Substrate {
  readonly name: string;
  /** What it can promise; what it cannot is recorded with each attempt, and nobody then relies on it. */
  readonly traits: Traits;
  /** Throws an `infrastructure` error naming what is missing on this machine. */
  check(): Promise<void>;
  /** How what its labs boot is made; `undefined`: they boot nothing, so that nothing has to be made for them. */
  supply(): Supply | undefined;
  /** Starts a lab; resolves when its processes run (not when it has booted). */
  start(request: LabRequest): Promise<BackendLab>;
}
