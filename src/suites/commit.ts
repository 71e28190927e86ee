import { git, isInRepository } from '../base/git.ts';
import type { Commit } from '../model/attempt.ts';

/**
 * The commit that a folder's repository has checked out. `undefined` outside of a repository, and where git is missing or
 * refuses it (it belongs to another user): a commit names a version for people, the hash of the files is what counts.
 */
export async function commitOf(dir: string): Promise<Commit | undefined> {
  if (!isInRepository(dir)) return undefined;
  const args = ['log', '-1', '--format=%H%n%cI%n%s'];
  const told = await git(dir, args, { timeoutMs: 5000, maxOutput: 100_000 }).catch(() => undefined);
  if (told?.status !== 0) return undefined;
  const [hash = '', date = '', subject = ''] = told.stdout.toString('utf8').split('\n');
  return /^[0-9a-f]{40,64}$/.test(hash) ? { hash, date, subject } : undefined;
}
