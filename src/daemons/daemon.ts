import type { View } from '../connection/view.ts';
import type { DaemonSas } from '../evidence/child-sa.ts';
import type { FactBody } from '../evidence/text/facts.ts';
import type { Fault } from '../evidence/text/faults.ts';
import type { Stack, UserspaceStack } from '../model/stacks.ts';
import type { BuildRecipe } from './build-recipe.ts';
import type { Limit, WholeSetting } from './limit.ts';
import type { TransformWords } from './words.ts';

/** A file of a daemon's configuration. */
export interface ConfigFile {
  /** Absolute path on the host. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: string;
}

/** One version of a daemon, and the image that has it. */
export interface Release<V extends string = string> {
  /** Numbers with dots: `5.2`, `6.1.0`. */
  readonly version: V;
  /** Name of the image recipe (`images/`). */
  readonly image: string;
  /** Images for stacks that this one does not have. */
  readonly imageFor?: Readonly<Partial<Record<Stack, string>>>;
  /** True for the one image from which hosts without a daemon boot too: it has the tools that make links and NAT boxes. */
  readonly plain?: true;
}

/** How a command takes back what another one of its host did. */
export interface Undoing {
  readonly line: RegExp;
  /** Parts that name what is meant: a device, a rule. The line must name all that the other one names, or nothing. */
  readonly same?: readonly RegExp[];
}

/** All that Espalier knows of one IKE daemon. A folder here declares one; `all.ts` names the folders. */
export interface DaemonSlice<N extends string = string, V extends string = string> {
  /** The name of its folder, of its constructor in scenario files, and in ids: `libreswan`. */
  readonly name: N;
  /** Debian packages under test: an attempt records the version of each that its images have. */
  readonly packages: readonly string[];
  /** Newest first. */
  readonly versions: readonly Release<V>[];
  /**
   * The version of a host that names none. The rule for all daemons: the newest that has an image of the Debian release which
   * plain hosts boot from. Stable, that is: what a scenario tests does not change with an upload to unstable.
   */
  readonly default: NoInfer<V>;
  /** What can protect its packets in all of its images, the usual one first. Releases may have more (`imageFor`). */
  readonly stacks: readonly [Stack, ...Stack[]];
  /** Why others are out of reach, where there is more to say than that nobody wrote them. */
  readonly withoutStack?: Readonly<Partial<Record<Stack, string>>>;
  /** Where a stack in userspace says what it does, and in which process it is. */
  readonly userspace?: Readonly<Partial<Record<Stack, Pick<UserspaceStack, 'log' | 'process'>>>>;
  /** Its words for the transforms of a connection. One that is missing limits it. */
  readonly words: TransformWords;
  /** How a source tree of it is built (`--source`). */
  readonly build?: BuildRecipe;
  /** What else it cannot do. */
  readonly limits: readonly Limit[];
  /** What it has once for all connections of a host. */
  readonly whole: readonly WholeSetting[];
  /** Its configuration for the connections of one host, at least one. Equal input gives equal files. */
  render(views: readonly View[], version: string, stack: Stack): ConfigFile[];
  /** How one version is driven over a stack. */
  control(version: string, stack: Stack): Control;
  /** Lines, beside those of `control`, by which a test ends the daemon or starts it anew. */
  readonly endedBy?: RegExp;
  /** Lines that start it: where it ends at once, its own words and the test's say why. */
  readonly startedBy: RegExp;
  /** Names of its processes that live until somebody ends them, as the kernel has them: 15 bytes at most. */
  readonly processes: readonly string[];
  /** How it says in a log, or to a terminal, that something is wrong with itself. */
  readonly faults: readonly Fault[];
  /** Lines by which a test has the daemon lose, repeat or spoil its messages, and those that take it back. */
  readonly impairment?: { readonly by: RegExp; readonly undoneBy: readonly Undoing[] };
  /** Facts of a line that the daemon, or a tool of it, wrote to a console or a log. Empty: the line is not its own, or tells nothing. */
  readLine(line: string): readonly FactBody[];
}

/**
 * How a daemon is driven on a host's console, without an init system. Lines are typed at a root shell; each ends with status
 * 0 where it did what it is for, and otherwise leaves the daemon's own words on the console.
 */
export interface Control {
  /** Logs and what else is worth keeping: absolute paths. */
  readonly collect: readonly string[];
  /** Virtual seconds after which its `initiate` ends by itself where no peer answers; one command of a lab may take longer than that. */
  readonly givesUpAfter?: number;
  /** Files that the lines below need; placed with its configuration. */
  readonly helpers: readonly ConfigFile[];
  /** Start with the files in place, and wait until it answers and has loaded these connections. */
  start(views: readonly View[]): readonly string[];
  /** Take the files as they are now, without a restart. */
  reload(views: readonly View[]): readonly string[];
  /**
   * Establish a connection; returns when it is up or has failed, or at once where the daemon does not tell. Without `view` the
   * name is one of a file that a person wrote: the daemon is asked what it stands for.
   */
  initiate(name: string, view: View | undefined): string;
  /** Delete a connection's IKE SA and Child SAs, and tell the peer. */
  terminate(name: string, view: View | undefined): string;
  /** A line by which the daemon, or its tool, says that it has nothing of the name that it was given. */
  readonly unknownName: RegExp;
  /** End in order, and wait until it is gone. */
  readonly stop: string;
  /** End without a word to anybody, as a crash does. */
  readonly kill: string;
  /** Prints what `readSas` reads. */
  readonly listSas: string;
  /** Reads the output of `listSas`. Throws `guest` where it is malformed. */
  readSas(output: string): DaemonSas;
  /** A line by which the program of `listSas` says that nobody answered it. Absent: its exit status says so. */
  readonly unanswered?: RegExp;
}

/** The daemon of one host: a version of a slice over a stack. */
export interface Daemon {
  /** `libreswan-5.2`; over another stack than the usual one `strongswan-6.1.0-libipsec`. */
  readonly id: string;
  readonly slice: DaemonSlice;
  readonly version: string;
  readonly stack: Stack;
  /** Why it cannot be had over this stack. Absent: it can. */
  readonly refusal?: string;
  readonly image: string;
  readonly control: Control;
}
