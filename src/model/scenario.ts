import { z } from 'zod';
import type { FaultRule } from './faults.ts';
import { type Of, optionalText, text } from './schema.ts';
import type { Topology } from './topology.ts';

export { keyOf } from './scenario-key.ts';

/** Where something stands in a scenario's own files: a line from 1, or 0 for what stands in none. */
export const originSchema = z.object({ file: text, line: z.number() });
export type Origin = Of<typeof originSchema>;

export const stepSchema = z.object({
  /** `comment`: shown in the transcript, not typed. */
  kind: z.enum(['command', 'comment']),
  host: text,
  line: text,
  origin: originSchema,
  /**
   * Who typed it where that was not the test: Espalier, to read something of the lab (`look`) or to start a daemon (`start`). What the
   * line says is then no deed of the test's. Absent: the test.
   */
  by: z.enum(['look', 'start']).exactOptional(),
});
/** One line of a host's console. */
export interface Step extends Of<typeof stepSchema> {}

/** Time rules of a scenario; all in virtual nanoseconds. */
export interface Timing {
  /** Wall-clock date inside the lab at boot, ns since 1970. */
  readonly start: bigint;
  /** Uptime at which the first command is typed. */
  readonly warmup: bigint;
  /** Time that passes between two commands. */
  readonly gap: bigint;
  /** Longest time one command may take. */
  readonly deadline: bigint;
}

/**
 * How time passes in a lab. `infinite`: computing takes none, and idle time is skipped; only so a seed decides all. `cpu`: computing takes as
 * long as it takes on this machine, and idle time is skipped. `real`: the machine's own time.
 */
export const clocks = ['infinite', 'cpu', 'real'] as const;
export type Clock = (typeof clocks)[number];

/** A file placed into a host, or into all of them, before the first command. */
export interface PlacedFile {
  /** Host name, or `*`. */
  readonly host: string;
  /** Absolute; one that ends in a slash is a folder. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** A read-only tree (an image file in the cache) stacked at a path of every host, writable above. */
export interface SharedTree {
  readonly path: string;
  /** Image files, uppermost first. */
  readonly layers: readonly string[];
}

/** Processors and MiB of memory of a machine. */
export interface MachineSize {
  readonly cpus?: number;
  readonly memory?: number;
}

/** What a lab needs to boot and run: everything the substrate sees. */
export interface LabPlan {
  readonly topology: Topology;
  /** Image file of each host by name. */
  readonly images: Readonly<Record<string, string>>;
  /** Image files laid over a host's image, uppermost first; by host name, `*` for all hosts. */
  readonly overlays?: Readonly<Record<string, readonly string[]>>;
  readonly sharedTrees: readonly SharedTree[];
  /** Hosts read there what other hosts wrote. */
  readonly readsOfOthers?: boolean;
  readonly files: readonly PlacedFile[];
  /** Directory in which every host's shell starts. */
  readonly cwd: string;
  /** Lines run by every host's shell before the first prompt, not recorded. */
  readonly shellSetup: readonly string[];
  readonly steps: readonly Step[];
  /** Typed on every host after the last step unless a command timed out; not part of `steps`. */
  readonly postMortem?: string;
  readonly timing: Timing;
  /** Files copied out of the lab at its end: absolute glob-free paths or directories. */
  readonly collect: readonly string[];
  /** The folder that the kernel was built in, where it counts what it runs: its counters are copied out of the lab as well. */
  readonly counters?: string;
  /**
   * Hosts have the kernel's fallback devices (tunl0, gre0, ip_vti0, …), without which
   * `ip tunnel` cannot work. Interfaces then have ifindex 32 and up.
   */
  readonly fallbackTunnels?: boolean;
  /**
   * Name of the host whose network is the machine's first network namespace, which has sysctls that others lack
   * (`net.core.message_cost`) and limits theirs. Without it each host has one of its own.
   */
  readonly firstNetwork?: string;
  /** CPU time, ms, that the lab may use while neither its records nor its clock move, where that is more than usual. */
  readonly spinCpuMs?: number;
  /** The lab's CPU time is marked after each piece of output of a console. */
  readonly markOutput?: boolean;
  /** What becomes of single frames from the first command on; numbered from 1 in the records. */
  readonly faults?: readonly FaultRule[];
  /** Absent: `infinite`. */
  readonly clock?: Clock;
  /** CPUs of the lab's kernel; absent: one. More than one only with the clock `real`, and a kernel that has CONFIG_SMP. */
  readonly cpus?: number;
  /** Guest memory in MiB. */
  readonly memory: number;
  /** What each host has where it is a machine of its own; absent: one processor, and `memory`. */
  readonly machines?: MachineSize;
  /** Hosts that are installed systems, by the names of these: each starts from a copy of its disk in `images`, and its console is its terminal. */
  readonly systems?: Readonly<Record<string, string>>;
}

/** A scenario as listed: cheap to make for a whole suite. */
export const entrySchema = z.object({
  suite: text,
  name: text,
  /** The suite's own status word: `good`, `wip`, … */
  status: text,
  hosts: z.array(text),
  /** Reason why it cannot run here; decided by rule. */
  unsupported: optionalText,
  /** The test's own files are broken; the error message names the file. */
  broken: optionalText,
  /** What of its own files says less than it seems to, each with its place: checks that cannot fail, lines that do nothing. */
  warnings: z.array(text).exactOptional(),
});
export interface ScenarioEntry extends Of<typeof entrySchema> {}
