import type { IncidentKind } from '../../../model/issue-kinds.ts';

/** Something that went wrong in a process or in the kernel, or that ended a daemon. */
export interface Incident {
  readonly kind: IncidentKind;
  /** Undefined: the kernel, which all hosts share, while nobody typed anything. */
  readonly host?: string;
  /** Virtual nanoseconds since 1970; undefined: the file that tells of it has no times. */
  readonly time?: bigint;
  /** The command at hand, on whichever host. */
  readonly command?: string;
  readonly file?: string;
  /** Line in `file`, from 1. */
  readonly line?: number;
  /** For people, on one line. */
  readonly message: string;
  /** The line that tells of it, and some behind it. */
  readonly excerpt?: string;
  /** Incidents of one cause have one. */
  readonly cause: string;
  /** Why it does not count, whatever the scenario declares. */
  readonly excuse?: string;
}

/** The cause of an incident that a line tells of: numbers and addresses do not tell causes apart. */
export function causeOf(text: string): string {
  return text.replace(/0x[0-9a-f]+|\d+/g, 'N');
}
