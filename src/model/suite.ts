import type { Identity, SuiteIdentity } from './attempt.ts';
import type { FaultRule } from './faults.ts';
import type { LabPlan, ScenarioEntry, Step } from './scenario.ts';

/**
 * Kernels that differ in their options only. `netkey`: with PF_KEY (RFC 2367), whose presence a suite forbids. `selftests`: with all that the
 * kernel's own tests of networking ask for. `smp`: with several CPUs and a checker of locks, and without virtual time.
 */
export type KernelFlavour = 'standard' | 'netkey' | 'selftests' | 'smp';

/** What hosts boot from. */
export interface LabImage extends Identity {
  readonly path: string;
  /** Versions of what is under test in it. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A scenario read in full: what the lab gets, and what judging compares with. Each format adds what it judges by. */
export interface LoadedScenario {
  /** How it is judged: the name of a format in the table `src/suites/all.ts`. */
  readonly format: string;
  readonly entry: ScenarioEntry;
  readonly plan: LabPlan;
  /** What its author says of it, as text. */
  readonly description?: string | undefined;
  readonly judging: {
    /** Content of the test's `facts.json`: the SAs and policies that hosts have after its commands. */
    readonly facts?: Uint8Array;
  };
  /** Image of each host by host name, as it goes into `attempt.json`. */
  readonly images: Readonly<Record<string, Identity>>;
  /** Recipes of other images whose daemons some hosts have as well, where those are built from source; by host. */
  readonly alsoHas?: Readonly<Record<string, readonly string[]>>;
  readonly suite: SuiteIdentity;
  /** Versions of what is under test, e.g. `{ libreswan: '5.2-2.2' }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** The kernel that it needs; absent: the standard one. */
  readonly flavour?: KernelFlavour;
  /** Which of its steps, by index, start a daemon or wait until it runs, beside those that Espalier types itself (`by`). */
  readonly startsDaemon?: readonly number[];
  /**
   * Where the steps are not known beforehand: drives the held lab from its boot until it is to end, and returns the steps
   * that it took. A lab that ends meanwhile is no error.
   */
  readonly drive?: (lab: HeldLab, asked?: AtEnd) => Promise<readonly Step[]>;
  /** Its tunnels, where it drives itself and declares connections. */
  readonly tunnels?: TunnelProbes;
}

/** What is asked of a lab when its scenario is over. */
export interface AtEnd {
  /**
   * Each Child SA that both ends have must carry traffic within so many virtual nanoseconds, of which the first minute passes before anybody asks.
   * Absent: nobody asks.
   */
  readonly traffic?: bigint;
}

/** An address of each end that a Child SA's selectors hold. */
export interface TunnelProbe {
  /** Name of the connection, or of the further Child SA. */
  readonly name: string;
  readonly from: { readonly host: string; readonly address: string };
  readonly to: { readonly host: string; readonly address: string };
}

/** Child SAs that can be asked whether they carry traffic, and those that cannot. */
export interface TunnelProbes {
  readonly asked: readonly TunnelProbe[];
  readonly unasked: readonly { readonly name: string; readonly why: string }[];
}

/** An order for a held lab; worked off in sequence at the lab's clock. */
export type Order =
  /** Types a line and waits for its end, as for a step of the plan; `step` goes into the records. */
  | { readonly kind: 'command'; readonly host: string; readonly line: string; readonly step: number }
  /** Bytes as from a keyboard. The console's prompts are output from then on. */
  | { readonly kind: 'input'; readonly host: string; readonly bytes: Uint8Array }
  | { readonly kind: 'advance'; readonly ns: bigint }
  /** Sets the wall clock of all hosts by so much forward, or back; no time passes, and the lab's own clock goes on as it did. */
  | { readonly kind: 'jump'; readonly ns: bigint }
  | { readonly kind: 'resize'; readonly host: string; readonly rows: number; readonly columns: number }
  /** Echo and line editing as a person expects them; suites' consoles have neither. */
  | { readonly kind: 'interactive'; readonly host: string }
  /** Pulls the cable out of an interface of a host, or puts it back. */
  | { readonly kind: 'carrier'; readonly host: string; readonly nic: string; readonly on: boolean }
  /** What becomes of single frames from now on. `id`: a number that no other rule of the lab has; 0 is nobody's. */
  | { readonly kind: 'catch'; readonly id: number; readonly rule: FaultRule }
  /** Puts on its link what a rule holds. */
  | { readonly kind: 'release'; readonly id: number }
  /** The rule acts on no further frame. */
  | { readonly kind: 'forget'; readonly id: number }
  /** Puts a frame on a link, as from nobody's interface. */
  | { readonly kind: 'inject'; readonly link: string; readonly frame: Uint8Array }
  | { readonly kind: 'end' };

/** A lab that stands still but for the orders it is given. */
export interface HeldLab {
  /** Folder of the attempt, where the records grow. */
  readonly dir: string;
  /** Nothing of the lab runs any more. */
  readonly over: boolean;
  /** CPU time that it has used so far, in ms. */
  readonly cpuMs: number;
  /** Resolves when the orders are worked off and the clock stands again, or when the lab is over. */
  send(orders: readonly Order[]): Promise<void>;
}

/** A collection of scenarios with one origin, opened from where it lies. */
export interface Suite<Loaded extends LoadedScenario = LoadedScenario> {
  readonly name: string;
  /** All scenarios in the suite's own order, unsupported and broken ones included. Cheap. */
  list(): Promise<ScenarioEntry[]>;
  /** Throws a `scenario` error naming the file where the scenario's own files are at fault. */
  load(name: string): Promise<Loaded>;
  /** Where its scenarios are programs in files of its own: absolute paths of all that these files import, read while they load, or name as a transcript. */
  sources?(): Promise<readonly string[]>;
}
