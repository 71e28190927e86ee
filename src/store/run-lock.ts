import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { limits } from '../base/door/limits.ts';
import { lockPlainIfFree } from '../base/door/lock.ts';
import { isPlain, isThere, readPlainText } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';

/** File in a run's folder that is locked by whoever writes to it; its text means something only while it is. */
export const lockFile = 'lock';

/** What may write to a run. */
export type LockingCommand = 'run' | 'replay' | 'judge' | 'report' | 'prune';

/** A run that is in use: who holds it. */
export interface RunInUse {
  readonly command: string;
  /** For people: `` `espalier run`, process 4711 ``. */
  readonly holder: string;
}

/**
 * Locks a run's folder for a command until disposed of; the kernel frees it when the process dies, however it does. Where another
 * process holds it, that one is told.
 */
export async function tryLockRun(runDir: string, command: LockingCommand): Promise<Disposable | RunInUse> {
  const path = join(runDir, lockFile);
  const lock = await lockPlainIfFree(path);
  if (lock === undefined) return holderOf(path);
  lock.write(`${command} ${process.pid} ${beginningOf(process.pid)}\n`);
  return lock;
}

/** The same; a run in use raises an `infrastructure` error. */
export async function lockRun(runDir: string, command: LockingCommand): Promise<Disposable> {
  const lock = await tryLockRun(runDir, command);
  if (Symbol.dispose in lock) return lock;
  const pid = /\d+/.exec(lock.holder)?.[0];
  throw new EspalierError('infrastructure', `is in use: ${lock.holder}`, {
    file: basename(runDir),
    remedy: `wait until it has ended${pid === undefined ? '' : `, or end it: kill ${pid}`}`,
  });
}

/** Who uses a run, without locking it. */
export async function runInUse(runDir: string): Promise<RunInUse | undefined> {
  const path = join(runDir, lockFile);
  if (!isThere(path)) return undefined;
  const lock = await lockPlainIfFree(path);
  lock?.[Symbol.dispose]();
  return lock === undefined ? holderOf(path) : undefined;
}

/**
 * Whether the process that locked a run last is still there, as far as this machine's processes can be seen. For showing only:
 * it does not ask for the lock, so that it is in nobody's way.
 */
export function seemsInUse(runDir: string): boolean {
  const { pid, beginning } = readHolder(join(runDir, lockFile));
  return pid !== undefined && beginning !== undefined && beginningOf(pid) === beginning;
}

function holderOf(path: string): RunInUse {
  const { command, pid } = readHolder(path);
  if (command === undefined) return { command: '', holder: 'another process' };
  return { command, holder: `\`espalier ${command}\`, process ${pid}` };
}

interface Holder {
  readonly command?: string | undefined;
  readonly pid?: string | undefined;
  readonly beginning?: string | undefined;
}

function readHolder(path: string): Holder {
  const text = isPlain(path) ? (readPlainText(path, limits.mark) ?? '') : '';
  const [, command, pid, beginning] = /^([a-z]+) (\d+) (\d+)\n$/.exec(text) ?? [];
  return { command, pid, beginning };
}

/** When a process began, in clock ticks since boot (proc_pid_stat(5), 22): a number that was given away again has another. */
function beginningOf(pid: number | string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
}
