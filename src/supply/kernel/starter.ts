import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { EspalierError } from '../../base/errors.ts';
import { tail } from '../../base/processes.ts';
import type { GuestBinaries } from './guest.ts';
import { neededFiles } from './needed-files.ts';
import type { Walls } from './walls.ts';

const mebi = 1024 * 1024;

/**
 * How much of its kinds of evidence a lab may write, bytes. Far beyond what a test writes, and far below what fills a disk; a lab
 * that needs more is ended.
 */
const quotas = {
  records: 512 * mebi,
  captures: 1024 * mebi,
  log: 16 * mebi,
  collected: 256 * mebi,
  'collected-count': 20_000,
} as const;

/**
 * Processes and threads of a lab at once. The suites' labs have up to 50 (each address space of a guest is a process), and its guest's memory would
 * hold some thousands.
 */
export const mostProcesses = 1024;

/** A kernel to start behind walls. */
export interface WalledKernel {
  readonly walls: Walls;
  readonly guest: GuestBinaries;
  readonly kernel: string;
  readonly args: readonly string[];
  /** Holds `lab/`, `links/` and `files/`; takes the evidence. */
  readonly attempt: string;
  /** What the kernel sees as its working folder; the names of `images` exist in it. */
  readonly inputs: string;
  /** Empty folder. */
  readonly root: string;
  /** Image files by their name below `inputs`. */
  readonly images: ReadonlyMap<string, string>;
  /** Names of links. */
  readonly captures: readonly string[];
  readonly memory: { readonly folder: string; readonly mebibytes: number };
  /** The step of the test at which the kernel process stops itself, for a debugger (guest/hold.c). */
  readonly holdAt?: number | undefined;
  readonly seed: bigint | undefined;
  /** The CPU of this machine that it keeps to; `undefined`: any, as its own CPUs are threads. */
  readonly cpu: number | undefined;
}

/** How it ended. */
export interface WalledEnd {
  /** Exit code or signal name of the kernel process. */
  readonly status: string;
  /** CPU time of everything behind the walls and of the starter, ms. */
  readonly cpuMs: number;
  /** Page faults that needed no disk, of everything behind the walls; absent where nobody saw all of it end. */
  readonly pageFaults?: number;
  /** Why the starter took no more evidence and ended the lab. */
  readonly refused?: string;
  /** Why the kernel process never ran. */
  readonly failed?: string;
  /** How the starter or the keeper went while the kernel ran: nobody has seen its end. */
  readonly lost?: string;
}

export type Starter = ChildProcessByStdio<null, Readable, Readable>;

function pairs(name: string, values: Iterable<string>): string[] {
  return [...values].flatMap((value) => [name, value]);
}

/** Starts the starter (guest/starter), which ends with this process however that ends. */
export function startWalled(what: WalledKernel): Starter {
  const { guest, kernel, memory } = what;
  // Without walls all files are seen, and a script that starts a kernel its own way is one as well.
  const open = what.walls === 'none';
  const { files, isStatic } = open ? { files: [], isStatic: false } : neededFiles(kernel, [guest.shim.path]);
  if (isStatic && what.walls === 'landlock') {
    const why = 'it makes the file of its memory itself, and behind them there is no folder to write to';
    throw new EspalierError('infrastructure', `a static kernel cannot run behind walls of Landlock: ${why}`, {
      file: kernel,
      remedy:
        'build it without CONFIG_STATIC_LINK, or run it where user namespaces are permitted (`espalier doctor` says why they are not here)',
    });
  }
  const args = [
    ...['--walls', what.walls],
    ...['--parent', String(process.pid)],
    ...['--attempt', what.attempt, '--inputs', what.inputs, '--root', what.root],
    ...['--memory-bytes', String(memory.mebibytes * mebi)],
    ...['--processes', String(mostProcesses)],
    ...(isStatic ? [] : ['--memory', memory.folder]),
    ...pairs('--see', files),
    ...pairs(
      '--image',
      [...what.images].map(([name, path]) => `${name}=${path}`),
    ),
    ...pairs('--capture', what.captures),
    ...pairs(
      '--quota',
      Object.entries(quotas).map(([name, bytes]) => `${name}=${bytes}`),
    ),
    ...['--', kernel, ...what.args],
  ];
  return spawn(guest.starter.path, args, {
    env: environment(what),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

function environment({ guest, walls, cpu, memory, seed, holdAt }: WalledKernel): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    // Behind walls of namespaces there is no folder of the machine's.
    TMPDIR: walls === 'namespaces' ? '/tmp' : memory.folder,
    LD_PRELOAD: guest.shim.path,
    ESPALIER_WALLED: '1',
    ...(cpu === undefined ? {} : { ESPALIER_CPU: String(cpu) }),
    ...(seed === undefined ? {} : { ESPALIER_SEED: seed.toString() }),
    ...(holdAt === undefined ? {} : { ESPALIER_HOLD_AT: String(holdAt) }),
  };
}

/** The kernel process's number on this machine; `undefined`: it never ran. To be asked for at once, before anything is printed. */
export async function kernelProcess({ stdout }: Starter): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  let text = '';
  const read = (chunk: Buffer): void => {
    text += chunk.toString();
    const number = /^started (\d+)\n/.exec(text)?.[1];
    if (number !== undefined) resolve(Number(number));
  };
  stdout.on('data', read);
  stdout.once('close', () => resolve(undefined));
  return promise.finally(() => stdout.off('data', read));
}

function signalName(number: number): string {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name ?? `signal ${number}`;
}

/** Waits for the end. Never rejects: a starter that could not be started has failed. */
export async function endOf(starter: Starter): Promise<WalledEnd> {
  const { promise: gone, resolve } = Promise.withResolvers<Error | string>();
  starter.once('error', resolve);
  starter.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  const [output, errors, how] = await Promise.all([textOf(starter.stdout), textOf(starter.stderr), gone]);
  if (how instanceof Error) return { status: 'none', cpuMs: 0, failed: how.message };
  return readEnd(output, { how, errors });
}

/** A few lines; a stream that breaks has ended. */
async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'close').catch(() => {});
  return Buffer.concat(chunks).toString();
}

/** Reads what the starter printed (guest/starter/outside.c). `how`: its own exit code or signal; `errors`: its standard error. */
export function readEnd(output: string, { how, errors }: { how: string; errors: string }): WalledEnd {
  const said = new Map(
    output
      .trimEnd()
      .split('\n')
      .map((line): [string, string] => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  );
  const signal = said.get('signal');
  const code = said.get('exit');
  const refused = said.get('refused');
  const pageFaults = said.get('faults');
  return {
    status: signal === undefined ? (code ?? 'none') : signalName(Number(signal)),
    cpuMs: Number(said.get('cpu') ?? 0) / 1000,
    ...(pageFaults !== undefined && { pageFaults: Number(pageFaults) }),
    ...(refused !== undefined && { refused }),
    ...(signal === undefined && code === undefined && unseenEnd(said, { how, errors: tail(errors, 3) })),
  };
}

/** What is known where nobody saw the kernel process end. */
function unseenEnd(
  said: ReadonlyMap<string, string>,
  { how, errors }: { how: string; errors: string },
): Pick<WalledEnd, 'failed' | 'lost'> {
  const reason = said.get('failed');
  if (reason !== undefined) return { failed: reason };
  // Its last line: it ended in order, and heard nothing from the keeper.
  const who = said.has('cpu') ? "the lab's keeper died" : `the lab's starter ended with ${how}`;
  const why = errors === '' ? who : `${who}: ${errors}`;
  return said.has('started') ? { lost: why } : { failed: why };
}
