/**
 * How programs are started, those above all that work on what others made. The walls are programs of util-linux, so that they
 * stand before the first byte is read, and hold where this process is gone.
 */

import { readFileSync } from 'node:fs';

/** What a program may use. Where it wants more, the kernel refuses or ends it. */
export interface ProgramLimits {
  /** Bytes of address space. */
  readonly memory?: number;
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
  const limited = (name: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${atMost(name, value)}`];
  const cpu = atMost('cpu', cpuSeconds + 1);
  return [
    ...limited('as', memory),
    // First a signal that says why, then the end.
    `--cpu=${Math.min(cpuSeconds, cpu)}:${cpu}`,
    ...limited('fsize', fileBytes),
    '--core=0',
    ...limited('nofile', openFiles),
  ];
}

/** Lines of /proc/self/limits by prlimit's names. */
const ownLimits: Readonly<Record<string, string>> = {
  as: 'Max address space',
  cpu: 'Max cpu time',
  fsize: 'Max file size',
  nofile: 'Max open files',
};

let ownText: string | undefined;

/** A limit, or this process's own hard one where that is lower: nobody may raise it. */
function atMost(name: string, value: number): number {
  ownText ??= readFileSync('/proc/self/limits', 'latin1');
  return lowerLimit(ownText, ownLimits[name] ?? '', value);
}

/** `value`, or the hard limit that `text` (/proc/self/limits) has for a name where that is lower. */
export function lowerLimit(text: string, name: string, value: number): number {
  const line = text.split('\n').find((one) => one.startsWith(name)) ?? '';
  const hard = line.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? value : Math.min(value, Number(hard));
}

/** What the walls end with, as a shell does, where they could not start what is behind them. */
const refusals: ReadonlyMap<number | string, string> = new Map([
  [127, 'not found on this machine'],
  // execvp() says the same where it looked into a folder of PATH that this user may not enter, and found the program in no other.
  [126, 'not found where this user may look, or this user may not execute it'],
]);

/**
 * Why the walls started nothing; `undefined`: they did start it. Only their own complaints begin with their names. What follows
 * is in the language of the person.
 */
export function whyNotStarted(status: number | string, complaint: string): string | undefined {
  return /^(?:setpriv|prlimit): /.test(complaint) ? refusals.get(status) : undefined;
}

/** Why a program within limits was ended, where the signal that ended it says so. */
export function limitReached(signal: string): string | undefined {
  if (signal === 'SIGXCPU') return 'used all the CPU time that it may use';
  return signal === 'SIGXFSZ' ? 'wrote without end' : undefined;
}
