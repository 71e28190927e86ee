/**
 * How programs are started, those above all that work on what others made. The walls are programs of util-linux, so that they
 * stand before the first byte is read, and hold where this process is gone.
 */

/** What a program may use. Where it wants more, the kernel refuses or ends it. */
export interface ProgramLimits {
  /** Bytes of address space. */
  readonly memory: number;
  /** Seconds of CPU. */
  readonly cpuSeconds: number;
  /** Bytes of each file that it writes. Pipes are not counted. */
  readonly fileBytes: number;
  /** Files open at once, the three standard ones included. */
  readonly openFiles?: number;
}

/**
 * The command line that starts a program so that the kernel kills it when this process dies, however it dies, and holds it to its
 * limits. Its children inherit the limits, each for itself, and not the death.
 */
export function walled(
  command: string,
  args: readonly string[],
  limits?: ProgramLimits,
): [command: string, args: string[]] {
  const limited = limits === undefined ? [command, ...args] : ['prlimit', ...settings(limits), '--', command, ...args];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', ...limited]];
}

function settings({ memory, cpuSeconds, fileBytes, openFiles }: ProgramLimits): string[] {
  return [
    `--as=${memory}`,
    // First a signal that says why, then the end.
    `--cpu=${cpuSeconds}:${cpuSeconds + 1}`,
    `--fsize=${fileBytes}`,
    '--core=0',
    ...(openFiles === undefined ? [] : [`--nofile=${openFiles}`]),
  ];
}

/**
 * True where the walls stood and found nothing to start behind them. Their status for that is 127, as it is a shell's; only their
 * own complaints begin with their names. What follows is in the language of the person.
 */
export function isNotFound(status: number | string, complaint: string): boolean {
  return status === 127 && /^(?:setpriv|prlimit): /.test(complaint);
}

/** Why a program within limits was ended, where the signal that ended it says so. */
export function limitReached(signal: string): string | undefined {
  if (signal === 'SIGXCPU') return 'used all the CPU time that it may use';
  return signal === 'SIGXFSZ' ? 'wrote without end' : undefined;
}
