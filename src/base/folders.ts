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
 * lock `path`. A helper process holds the kernel's lock for as long as this process keeps its
 * pipe open, so that a crash or SIGKILL frees it; no stale lock is ever left to judge.
 */
export async function withLock<T>(path: string, body: () => Promise<T>, waiting?: () => void): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  holder.stdin.on('error', () => {});
  const held = Promise.withResolvers<void>();
  const problems: Buffer[] = [];
  holder.stderr.on('data', (chunk: Buffer) => problems.push(chunk));
  holder.stdout.once('data', () => held.resolve());
  const refuse = (why: string): void =>
    held.reject(new EspalierError('infrastructure', `cannot be locked: ${why}`, { file: path, command: 'flock' }));
  holder.once('error', (cause) => refuse(cause.message));
  holder.once('close', () => refuse(Buffer.concat(problems).toString().trim()));
  try {
    using _notice = deadline(300, () => waiting?.());
    await held.promise;
    _notice.stop();
    return await body();
  } finally {
    holder.stdin.destroy();
  }
}
