import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../base/processes.ts';
import type { Commit } from '../model/attempt.ts';

/**
 * Nothing of the repository's own configuration that names a program, and no question to a server, which would also start one
 * that the repository names: older versions of git know GIT_ALLOW_PROTOCOL only.
 */
const quiet = [
  '--no-pager',
  '--no-replace-objects',
  '-c',
  'log.showSignature=false',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'log.mailmap=false',
];
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  LC_ALL: 'C.UTF-8',
};

/**
 * The commit that a folder's repository has checked out. `undefined` outside of a repository, and where git is missing or
 * refuses it (it belongs to another user): a commit names a version for people, the hash of the files is what counts.
 */
export async function commitOf(dir: string): Promise<Commit | undefined> {
  if (!insideRepository(dir)) return undefined;
  const args = [...quiet, 'log', '-1', '--format=%H%n%cI%n%s'];
  const told = await run('git', args, { cwd: dir, env: environment, timeoutMs: 5000, maxOutput: 100_000 }).catch(
    () => undefined,
  );
  if (told?.status !== 0) return undefined;
  const [hash = '', date = '', subject = ''] = told.stdout.toString('utf8').split('\n');
  return /^[0-9a-f]{40,64}$/.test(hash) ? { hash, date, subject } : undefined;
}

function insideRepository(dir: string): boolean {
  if (existsSync(join(dir, '.git'))) return true;
  const above = dirname(dir);
  return above !== dir && insideRepository(above);
}
