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
  /** How it is a host of a lab; absent: it cannot be one yet. */
  readonly host?: HostProfile;
}

/** A system that can be a host of a lab. */
export interface HostSystem {
  readonly name: string;
  /** MiB. */
  readonly memory: number;
  readonly host: HostProfile;
  /** It is no disk but what a machine starts instead of its BIOS. */
  readonly firmware?: Firmware;
}

/** A file of a Debian package, and the machine that it is made for. */
export interface Firmware {
  readonly file: string;
  readonly package: string;
  /** Names of QEMU's. */
  readonly machine: string;
  readonly card: string;
}

/**
 * What is typed at the console of a system that is a host of a lab. `{name}` stands for what the scenario has. What is left out the system
 * does not have.
 */
export interface HostProfile {
  /** Time from power-on to the first thing that is typed on a processor of its own, s. */
  readonly boots: number;
  /** It has the commands and files that Espalier asks on a host: ping(8) of iputils, ip(8), /proc. */
  readonly linux?: true;
  /** Its processor never halts: it is taken to wait while it has no command. */
  readonly spins?: true;
  /** Up to the prompt of what takes commands. */
  readonly login: Dialogue;
  /** `posix`: a shell that edits no lines and takes a prompt from `PS1`; else something with a prompt of its own. */
  readonly shell: 'posix' | OwnPrompt;
  /** Terminal without echo, whose lines end as they are written; the kernel prints nothing there. */
  readonly quiet?: string;
  /** Sets the date to `{seconds}` since 1970. */
  readonly date?: string;
  /** Unpacks the tar archive that its second disk is. */
  readonly files?: string;
  /** Its network cards, in the order of the links; `{index}` from 0. */
  readonly nic: string;
  /** Sets up the card `{nic}`. */
  readonly up?: string;
  /** Gives the card an `{address}` with prefix length, which is `{ip}` and, of IPv4, `{netmask}`; `{inet}` is `inet` or `inet6`. */
  readonly address: string;
  /** Sets a route to `{to}` by `{via}`, of the family `{inet}`. */
  readonly route: string;
  /** Sets a `{value}` at a `{path}` below /proc/sys. */
  readonly sysctl?: string;
  /** What sets a `{value}` that Linux has at a path there, by the path. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Commands that list its SAs, with their keys, and its policies: src/evidence/listings reads what they print. */
  readonly tables: readonly string[];
}

/** What takes commands and is no POSIX shell: it shows what is typed. */
export interface OwnPrompt {
  /** At the beginning of a line. */
  readonly prompt: string;
  /** Prints the exit status of the last command. */
  readonly status: string;
}

/** What profiles put in the places of `{name}`. */
export const settings = { host: 'guest', password: 'espalier' } as const;

/** Nobody here has the media of these systems. */
export const neverTried =
  'never run with the media of the system, neither installed nor as a host of a lab: only against programs that play its console';

const mebibyte = 1024 * 1024;
/** Bytes of so many GiB. */
export function gibibytes(count: number): number {
  return count * 1024 * mebibyte;
}
