import type { Dialogue } from '../dialogue.ts';

/** A system that is installed and started at its console. */
export interface SystemProfile {
  readonly name: string;
  /** As a person knows it, with the versions whose prompts these are. */
  readonly title: string;
  /** What a person has to bring. */
  readonly media: string;
  /** The recipe of the image that its media are made from, where nobody has to bring them. */
  readonly recipe?: string;
  /** Where its prompts are known from. */
  readonly source: string;
  /** Whether somebody has run it with the system's own media, or why not. */
  readonly tried: string;
  /** Memory of the machine, MiB, and bytes of its disk. */
  readonly memory: number;
  readonly disk: number;
  /** From the media onto an empty disk. */
  readonly install: Dialogue;
  /** The first start from that disk: somebody logs in, and the machine is switched off. */
  readonly start: Dialogue;
}

/** What profiles put in the places of `{name}`. */
export const settings = { host: 'guest', password: 'espalier' } as const;

/** Nobody here has the media of these systems. */
export const neverTried = 'never run with the media of the system: only against a program that plays its installer';

const mebibyte = 1024 * 1024;
/** Bytes of so many GiB. */
export function gibibytes(count: number): number {
  return count * 1024 * mebibyte;
}
