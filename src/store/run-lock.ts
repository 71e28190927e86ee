import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { lockIfFree } from '../base/folders.ts';

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
  const lock = await lockIfFree(path);
  if (lock === undefined) return holderOf(path);
  // Not by a rename: the lock is the file's.
  writeFileSync(path, `${command} ${process.pid}\n`);
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
  if (!existsSync(path)) return undefined;
  const lock = await lockIfFree(path);
  lock?.[Symbol.dispose]();
  return lock === undefined ? holderOf(path) : undefined;
}

function holderOf(path: string): RunInUse {
  const [, command, pid] = /^([a-z]+) (\d+)\n$/.exec(readFileSync(path, 'utf8')) ?? [];
  if (command === undefined) return { command: '', holder: 'another process' };
  return { command, holder: `\`espalier ${command}\`, process ${pid}` };
}
