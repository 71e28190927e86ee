import type { CommandAt } from './console-lines.ts';
import type { DaemonFact } from './daemon-facts.ts';
import type { KernelFact } from './kernel-facts.ts';

/** What came of an attempt to reach somebody. */
export interface Probe {
  readonly kind: 'probe';
  /** Place among the probes of its command, from 0: the order of answers is their meaning. */
  readonly nth: number;
  readonly outcome: 'up' | 'down' | 'some' | 'refused' | 'error' | 'unknown';
  readonly target?: string;
}

/** A packet that a sniffer showed. */
export interface SeenPacket {
  readonly kind: 'packet';
  readonly source: string;
  readonly destination: string;
  /** Protected (`esp`, `ah`), `ike`, or in clear, by name. */
  readonly what: string;
  readonly encapsulation?: string;
}

/** What a console says of SAs, policies and reachability. */
export type FactBody = DaemonFact | KernelFact | Probe | SeenPacket;

/** Where a fact stands. */
export interface FactPlace {
  readonly command: CommandAt;
  /** Of the text that was read, from 1. */
  readonly line: number;
}

export type ConsoleFact = FactBody & FactPlace;
