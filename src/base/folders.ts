import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { deadline } from './deadline.ts';
import { EspalierError } from './errors.ts';

export { projectDir } from './form.ts';

/**
 * Where kernels, images and downloads are kept: ESPALIER_CACHE, else `espalier` in
 * XDG_CACHE_HOME or ~/.cache. Everything in it can be made again.
 */
export function cacheDir(...below: readonly string[]): string {
  const base = process.env.ESPALIER_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'espalier');
  const dir = join(base, ...below);
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new EspalierError('infrastructure', `the cache folder cannot be made: ${(cause as Error).message}`, {
      file: dir,
      remedy: 'set ESPALIER_CACHE to a folder that you can write to',
      cause,
    });
  }
  return dir;
}

/**
 * Runs `body` while no other process (of any user of this file, in any container) holds the
 * lock `path`. No stale lock is ever left to judge.
 */
export async function withLock<T>(path: string, body: () => Promise<T>, waiting?: () => void): Promise<T> {
  using _notice = deadline(300, () => waiting?.());
  using _lock = await lock(path);
  _notice.stop();
  return await body();
}

function openLock(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  } catch (cause) {
    throw new EspalierError('infrastructure', `cannot be locked: ${(cause as Error).message}`, {
      file: path,
      remedy: 'remove what has this name: locks are made again',
      cause,
    });
  }
}

/** Exit code with which `flock` says that another holds the lock. */
const busy = 75;

/**
 * Locks a file that this process holds open. The lock belongs to what was opened, not to the program that asked for it, so it
 * stands until this process closes the file or dies, however it dies.
 */
async function lock(path: string): Promise<Disposable> {
  const file = openLock(path);
  using opened = new DisposableStack();
  opened.defer(() => closeSync(file));
  await lockOpenFile(file, path);
  return opened.move();
}

/** Has the kernel lock a file that this process holds open. `if free`: false where another process holds it, else it waits. */
export async function lockOpenFile(file: number, path: string, when?: 'if free'): Promise<boolean> {
  const options = when === undefined ? [] : ['--nonblock', '--conflict-exit-code', String(busy)];
  return (await flock(file, options, path)) === 0;
}

/** Has the kernel lock an open file: 0 when it did, `busy` where that was asked for. */
function flock(file: number, options: readonly string[], path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const program = spawn('flock', [...options, '3'], { stdio: ['ignore', 'ignore', 'pipe', file] });
  const problems: Buffer[] = [];
  program.stderr?.on('data', (chunk: Buffer) => problems.push(chunk));
  const refuse = (why: string): void =>
    reject(new EspalierError('infrastructure', `cannot be locked: ${why}`, { file: path, command: 'flock' }));
  program.once('error', (cause) => refuse(cause.message));
  program.once('close', (code) => {
    if (code === 0 || code === busy) resolve(code);
    else refuse(Buffer.concat(problems).toString().trim());
  });
  return promise;
}

/** A path as people would type it from here. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short || '.';
}
