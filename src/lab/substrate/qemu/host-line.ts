import type { LabRecord } from '../../../evidence/records/record.ts';

/** The line to one host of a lab: orders go in, records come out. */
export interface HostLine {
  /** It has booted. */
  readonly booted: Promise<void>;
  /** Time that this takes on a processor of its own, ns. */
  readonly usualBoot: bigint;
  /** It has built its host, whose shell is at a prompt. */
  readonly ready: Promise<void>;
  /** It has said all. */
  readonly ended: Promise<void>;
  /** The same, now. */
  readonly hasEnded: boolean;
  /** It works off an order. */
  readonly busy: boolean;
  /** All machines have booted: it builds its host. */
  begin(): void;
  /** Hands over the lines of an order; resolves when they are worked off. */
  order(lines: string): Promise<void>;
}

/** Who hears of what a host does. */
export interface HostEvents {
  readonly record: (record: Pick<LabRecord, 'type' | 'time' | 'payload'>) => void;
  /** It lives and works. */
  readonly progress: () => void;
}
