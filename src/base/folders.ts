import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deadline } from './deadline.ts';
import { EspalierError } from './errors.ts';

/** The repository (or installed package) that this code belongs to. */
export const projectDir = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

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
  const holder = holderOf(path, []);
  using _lock = holder;
  using _notice = deadline(300, () => waiting?.());
  await holder.held;
  _notice.stop();
  return await body();
}

/** Takes the lock `path` for as long as the result is not disposed of; `undefined` where another process holds it. */
export async function lockIfFree(path: string): Promise<Disposable | undefined> {
  const holder = holderOf(path, ['--nonblock', '--conflict-exit-code', String(busy)]);
  try {
    return (await holder.held) === 'held' ? holder : undefined;
  } catch (error) {
    holder[Symbol.dispose]();
    throw error;
  }
}

/** Exit code with which `flock` says that another holds the lock. */
const busy = 75;

/**
 * A helper process that holds the kernel's lock for as long as this process keeps its pipe open, so that a crash or SIGKILL
 * frees it.
 */
function holderOf(path: string, options: readonly string[]): { held: Promise<'held' | 'busy'> } & Disposable {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', [...options, path, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  holder.stdin.on('error', () => {});
  const held = Promise.withResolvers<'held' | 'busy'>();
  const problems: Buffer[] = [];
  holder.stderr.on('data', (chunk: Buffer) => problems.push(chunk));
  holder.stdout.once('data', () => held.resolve('held'));
  const refuse = (why: string): void =>
    held.reject(new EspalierError('infrastructure', `cannot be locked: ${why}`, { file: path, command: 'flock' }));
  holder.once('error', (cause) => refuse(cause.message));
  holder.once('close', (code) => {
    if (code === busy) held.resolve('busy');
    else refuse(Buffer.concat(problems).toString().trim());
  });
  return { held: held.promise, [Symbol.dispose]: () => holder.stdin.destroy() };
}
