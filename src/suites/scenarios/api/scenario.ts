import { EspalierError } from '../../../base/errors.ts';
import { commandName } from '../../../base/form.ts';
import type { Authentication } from '../../../connection/authentication.ts';
import type { Connection, End } from '../../../connection/connection.ts';
import type { TolerableKind } from '../../../model/issue-kinds.ts';
import type { Clock, Origin } from '../../../model/scenario.ts';
import type { KernelFlavour } from '../../../model/suite.ts';
import type { Topology } from '../../../model/topology.ts';
import type { World } from './handles.ts';
import type { HostSpec } from './hosts.ts';
import type { KernelFeature } from './kernel-features.ts';
import { callerOrigin } from './origin.ts';

/**
 * Hosts on one L2 segment: their names, and addresses are given out (`198.18.N.x`, `2001:db8:N::x`); or the addresses of
 * each host in CIDR form.
 */
export type LinkSpec<N extends string = string> = readonly N[] | { readonly [H in N]?: string | readonly string[] };

/** One peer of a connection; see `End`. */
export interface EndSketch<N extends string = string> extends Omit<End, 'host' | 'address' | 'authentication'> {
  readonly host: N;
  /** Default: the host's address on a link that both ends are on, else its first. */
  readonly address?: string;
  /** Default: that of the connection. */
  readonly authentication?: Authentication;
}

/** A connection in the words of RFC 7296; see `Connection`. */
export interface ConnectionSketch<N extends string = string> extends Omit<Connection, 'ends'> {
  readonly ends: readonly [EndSketch<N>, EndSketch<N>];
  readonly authentication?: Authentication;
}

/**
 * A fault of a process or of the kernel, or a half-open SA, that is expected: it does not count, and terminal and report show it with the reason.
 * The more is said, the less else passes.
 */
export interface ToleratedFault<N extends string = string> {
  /** The kind of issue that it would be: docs/issue-kinds.md. */
  readonly what: TolerableKind;
  /** For people: a bug's number, or what the scenario breaks. */
  readonly why: string;
  /** Only on this host. */
  readonly host?: N;
  /** Only where the message or excerpt holds this: a program's name, a signal, a part of a line. */
  readonly text?: string;
}

/** What a scenario's lab is made of. */
export interface Definition<
  H extends Readonly<Record<string, HostSpec>> = Readonly<Record<string, HostSpec>>,
  L extends string = string,
> {
  readonly hosts: H;
  /** Links in the order in which hosts have them as eth0, eth1, … */
  readonly links: { readonly [N in L]: LinkSpec<keyof H & string> };
  /** Rendered to the files of the daemons at their ends. */
  readonly connections?: readonly ConnectionSketch<keyof H & string>[];
  /**
   * What becomes of a scenario whose daemon cannot have one of its connections (docs/connections.md). `tried`: its files are written
   * all the same, for the daemon to answer. Default: `mistake`.
   */
  readonly limits?: 'mistake' | 'unsupported' | 'tried';
  /** Why it cannot run, where that is known beforehand: it is then `unsupported`. */
  readonly unsupported?: string | undefined;
  /**
   * What it needs of Linux that not every kernel has. On a kernel that is older and that refuses it the scenario is `unsupported`, with the kernel's answer;
   * any other kernel is held to all of it.
   */
  readonly needs?: readonly KernelFeature[];
  /** Faults that count for nothing. All others make the scenario `crash`, `major` or `minor`, whatever its checks say. */
  readonly tolerates?: readonly ToleratedFault<keyof H & string>[];
  /** A network of one's own in place of what `links` would give; it has the same hosts and links. */
  readonly topology?: Topology;
  /**
   * Hosts have the kernel's own tunl0, gre0, ip_vti0 and the like, without which `ip tunnel` and libreswan's VTIs cannot be made. Default: whether
   * the scenario's files mention `ip tunnel` or `vti-interface`.
   */
  readonly fallbackTunnels?: boolean;
  /** Date in the lab at its boot, ISO 8601. Default: 2025-06-15T12:00:00Z. */
  readonly start?: string;
  /** Virtual seconds that one command may take. Default: 120. */
  readonly timeout?: number;
  /** Options of the lab's kernel: `netkey` is with PF_KEY, `smp` with several CPUs. Default: what the daemons and `cpus` need. */
  readonly flavour?: KernelFlavour;
  /** How time passes (docs/lab.md). With `real`, `start` does not count: the date is the machine's. Default: `infinite`. */
  readonly clock?: Clock;
  /** CPUs of the kernel, up to 8; more than one needs the clock `real`, and a kernel of the flavour `smp` is built. Default: 1. */
  readonly cpus?: number;
  /** Memory of the whole lab, MiB. Default: 512, and 32 more for each host beyond 16. */
  readonly memory?: number;
}

/** A scenario as its file declared it. */
export interface Declared {
  readonly name: string;
  readonly definition: Definition;
  readonly body: (world: World<Readonly<Record<string, HostSpec>>, string>) => Promise<void>;
  readonly origin: Origin;
}

let collecting: Declared[] | undefined;

/** Collects what a file declares while it is loaded. Not for scenarios; one call at a time. */
export async function collectScenarios(load: () => Promise<unknown>): Promise<readonly Declared[]> {
  const found: Declared[] = [];
  collecting = found;
  try {
    await load();
  } finally {
    collecting = undefined;
  }
  return found;
}

/** Declares a scenario. Call it at the top of a file `*.scenario.ts`, as often as wanted, in loops too. */
export function scenario<const H extends Readonly<Record<string, HostSpec>>, const L extends string>(
  name: string,
  definition: Definition<H, L>,
  body: (world: World<H, L>) => Promise<void>,
): void {
  const origin = callerOrigin();
  if (collecting === undefined) {
    const remedy = `${commandName} run ${origin.file || 'FILE.scenario.ts'}`;
    throw new EspalierError('usage', 'a scenario is run by Espalier', { ...origin, remedy });
  }
  collecting.push({ name, definition, body, origin } as unknown as Declared);
}
