import { type ChildProcess, spawn } from 'node:child_process';
import { deadline } from './deadline.ts';
import { type ErrorDetail, EspalierError } from './errors.ts';
import { limitReached, type ProgramLimits, walled, whyNotStarted } from './foreign-program.ts';

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** The whole environment; `process.env` when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of standard output (and of standard error) after which the process is ended. */
  readonly maxOutput?: number;
  /** Receives complete lines of both streams as they come, without the newline. */
  readonly onLine?: (line: string) => void;
  /** For programs that work on what others made. */
  readonly limits?: ProgramLimits;
}

export interface RunResult {
  /** Exit code, or the name of the signal that ended the process. */
  readonly status: number | string;
  /** Why Espalier ended it, if it did. */
  readonly stopped?: 'timeout' | 'flood' | 'cancelled';
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Process groups started here and not yet gone; ended with this process. */
const liveGroups = new Set<number>();
let exitHook = false;

/** Ends a whole process group; one that is gone already is no error. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // gone
  }
}

function track(child: ChildProcess): void {
  const pid = child.pid;
  if (pid === undefined) return;
  liveGroups.add(pid);
  child.once('exit', () => liveGroups.delete(pid));
  if (exitHook) return;
  exitHook = true;
  process.on('exit', () => {
    for (const group of liveGroups) killGroup(group);
  });
}

/** Collects one stream up to a limit and hands out its lines. */
function collector(limit: number, flood: () => void, onLine?: (line: string) => void) {
  const chunks: Buffer[] = [];
  let size = 0;
  let rest = '';
  return {
    take(chunk: Buffer): void {
      if (size >= limit) return;
      size += chunk.length;
      chunks.push(chunk);
      if (size >= limit) flood();
      if (!onLine) return;
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    finish(): Buffer {
      if (onLine && rest !== '') onLine(rest);
      return Buffer.concat(chunks).subarray(0, limit);
    },
  };
}

/**
 * Runs a program in a process group of its own and waits for its end. Any exit status is a
 * result; only a program that cannot be started throws (`infrastructure`). At the time limit,
 * the output limit or an abort the whole group is killed and `stopped` says why. The program also ends when this process
 * does, even by SIGKILL.
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>();
  const child = spawn(...walled(command, args, options.limits), {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? process.env,
    // Not a socket where nothing is said: bash takes one for a network connection, and then reads ~/.bashrc before each command.
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  track(child);
  let stopped: RunResult['stopped'];
  const stop = (why: NonNullable<RunResult['stopped']>): void => {
    stopped ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const limit = options.maxOutput ?? 64 * 1024 * 1024;
  const out = collector(limit, () => stop('flood'), options.onLine);
  const err = collector(limit, () => stop('flood'), options.onLine);
  child.stdout?.on('data', out.take);
  child.stderr?.on('data', err.take);
  // A program may end without reading its input (EPIPE); its status tells what matters.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);
  const clock = options.timeoutMs === undefined ? undefined : deadline(options.timeoutMs, () => stop('timeout'));
  const abort = (): void => stop('cancelled');
  options.signal?.addEventListener('abort', abort);
  const settle = (): void => {
    clock?.stop();
    options.signal?.removeEventListener('abort', abort);
  };
  const refuse = (why: string, detail: ErrorDetail): void =>
    reject(new EspalierError('infrastructure', `cannot start ${command}: ${why}`, { command, ...detail }));
  child.once('error', (cause: NodeJS.ErrnoException) => {
    settle();
    // The program itself is looked for behind the walls.
    const remedy = 'install Debian’s package util-linux';
    if (cause.code === 'ENOENT') refuse('setpriv, which starts it, is not on this machine', { cause, remedy });
    else refuse(cause.message, { cause });
  });
  child.once('close', (code, signal) => {
    settle();
    const status = code ?? signal ?? 'unknown';
    const [stdout, stderr] = [out.finish(), err.finish()];
    const remedy = 'install the package that has it: `espalier doctor` names those that are missing';
    const why = whyNotStarted(status, stderr.toString());
    if (why !== undefined) refuse(why, { output: tail(stderr.toString()), remedy });
    else resolve({ status, ...(stopped && { stopped }), stdout, stderr });
  });
  if (options.signal?.aborted) abort();
  return promise;
}

/**
 * Runs a program that speaks to the person itself, without input, and gives its exit code. An abort asks it to stop in order, as
 * Ctrl-C does; it is in a process group of its own, so that a terminal does not ask it as well.
 */
export function runInView(command: string, args: readonly string[], signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(...walled(command, args), { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  track(child);
  const abort = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', abort);
  child.once('error', (cause) =>
    reject(new EspalierError('infrastructure', `cannot start ${command}: ${cause.message}`, { command, cause })),
  );
  child.once('close', (code) => {
    signal.removeEventListener('abort', abort);
    resolve(code ?? 130);
  });
  if (signal.aborted) abort();
  return promise;
}

/** Last lines of a text, for error messages. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * `run` for programs that must succeed: anything but exit status 0 throws an `infrastructure`
 * error (`cancelled` after an abort) that holds the command and the end of its output.
 */
export async function succeed(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await run(command, args, options);
  if (result.status === 0 && result.stopped === undefined) return result;
  const line = [command, ...args].join(' ');
  const output = tail(result.stderr.toString().trim() || result.stdout.toString());
  const ended = typeof result.status === 'number' ? `exit status ${result.status}` : result.status;
  const why = result.stopped ?? limitReached(ended) ?? ended;
  const fault = result.stopped === 'cancelled' ? 'cancelled' : 'infrastructure';
  throw new EspalierError(fault, `did not succeed (${why})`, {
    command: line.length > 300 ? `${line.slice(0, 300)}…` : line,
    output,
  });
}
