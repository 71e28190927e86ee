import type { View } from '../connection/connection.ts';
import type { ConfigFile, DaemonVersion } from '../connection/files.ts';
import type { DaemonSas } from '../evidence/child-sa.ts';

/**
 * An IKE daemon as a host's console drives it, without an init system. Lines are typed at a root shell; each ends with status
 * 0 where it did what it is for, and otherwise leaves the daemon's own words on the console.
 */
export interface Daemon extends DaemonVersion {
  /** `libreswan-5.2`. */
  readonly id: string;
  /** Name of the image recipe that has it. */
  readonly image: string;
  /** The Debian package under test. */
  readonly package: string;
  /** True where it talks to the kernel by PF_KEY (RFC 2367) alone. */
  readonly pfKey: boolean;
  /** Logs and what else is worth keeping: absolute paths. */
  readonly collect: readonly string[];
  /** Files that the lines below need; placed with its configuration. */
  readonly helpers: readonly ConfigFile[];
  /** Start with the files in place, and wait until it answers and has loaded these connections. */
  start(views: readonly View[]): readonly string[];
  /** Take the files as they are now, without a restart. */
  reload(views: readonly View[]): readonly string[];
  /** Establish a connection; returns when it is up or has failed, or at once where the daemon does not tell. */
  initiate(connection: string): string;
  /** Delete a connection's IKE SA and Child SAs, and tell the peer. */
  terminate(view: View): string;
  /** End in order, and wait until it is gone. */
  readonly stop: string;
  /** End without a word to anybody, as a crash does. */
  readonly kill: string;
  /** Prints what `readSas` reads. */
  readonly listSas: string;
  /** Reads the output of `listSas`. Throws `guest` where it is malformed. */
  readSas(output: string): DaemonSas;
}

/** A shell line that lasts until a command succeeds. After 30 s it fails, with the ends of what the daemon wrote. */
export function waitFor(command: string, ...logs: readonly string[]): string {
  const tries = 'tries=0; until';
  const tell = `tail -q -n 15 ${logs.join(' ')} 2> /dev/null`;
  return `${tries} ${command} > /dev/null 2>&1 || (( ++tries > 300 )); do sleep 0.1; done; (( tries <= 300 )) || ( ${tell}; false )`;
}

/** A shell loop that ends when no process of a program is left. */
export function waitForEnd(program: string): string {
  return `while pidof ${program} > /dev/null; do sleep 0.1; done`;
}
