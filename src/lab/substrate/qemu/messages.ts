import type { HostProfile } from '../../../dialogue/systems/profile.ts';
import type { FaultRule } from '../../../model/faults.ts';
import type { Clock } from '../../../model/scenario.ts';
import type { Host } from '../../../model/topology.ts';
import type { Order } from '../substrate.ts';

/** An agent. */
export interface AgentWire {
  readonly by: 'agent';
  /** In the agent's language, behind the date. */
  readonly plan: Uint8Array;
  readonly socket: string;
}

/** Nothing but its console: an installed system. */
export interface ConsoleWire {
  readonly by: 'console';
  readonly host: Host;
  readonly profile: HostProfile;
  /** Marks the prompt of its shell. */
  readonly nonce: string;
}

/** A machine of the lab as its conductor knows it. Sockets are names in the lab's folder. */
export interface MachineWires {
  readonly name: string;
  /** What tells it to be its host. */
  readonly speaks: AgentWire | ConsoleWire;
  readonly cpus: number;
  readonly consoleSocket: string;
  readonly nics: readonly { readonly link: string; readonly socket: string }[];
}

/** What a lab's thread is started with. */
export interface LabScore {
  /** Folder of the attempt. */
  readonly dir: string;
  /** Folder of the sockets. */
  readonly sockets: string;
  readonly machines: readonly MachineWires[];
  readonly links: readonly string[];
  /** Date at which it starts, ns since 1970. */
  readonly start: bigint;
  readonly clock: Clock;
  /** Time that passes between two commands, ns. */
  readonly gap: bigint;
  /** Longest time of a command where machines are as fast as they usually are, ns. */
  readonly deadline: bigint;
  readonly steps: readonly { readonly index: number; readonly host: string; readonly line: string }[];
  readonly postMortem?: string;
  /** What becomes of single frames from the first command on; numbered from 1. */
  readonly faults: readonly FaultRule[];
  readonly hold: boolean;
}

/** To the thread. `gone`: a machine's process has ended. `stop`: so has the lab; what came is stored. */
export type ToThread =
  | { readonly kind: 'orders'; readonly orders: readonly Order[] }
  | { readonly kind: 'plugged' }
  | { readonly kind: 'gone'; readonly host: string }
  | { readonly kind: 'stop' };

/** From the thread. */
export type FromThread =
  /** Machines can be started. */
  | { readonly kind: 'listening' }
  | { readonly kind: 'up'; readonly host: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'carrier'; readonly host: string; readonly nic: string; readonly on: boolean }
  /** All evidence is stored. `refused`: why the lab had to end. */
  | { readonly kind: 'over'; readonly refused?: string; readonly panic?: string };
