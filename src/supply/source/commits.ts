import { EspalierError } from '../../base/errors.ts';
import { git, gitFailure } from '../../base/git.ts';
import { stateOf } from './repository.ts';

/** A commit, for people. */
export interface CommitLine {
  readonly commit: string;
  readonly author: string;
  /** ISO 8601 day. */
  readonly day: string;
  readonly subject: string;
}

/** Full hash of a commit. Throws `usage` where the repository, or the commit, is not there. */
export async function commitOf(dir: string, revision: string): Promise<string> {
  const { commit } = await stateOf({ name: '', dir, commit: revision });
  if (commit === undefined) throw new EspalierError('bug', 'a commit without a hash', { file: dir });
  return commit;
}

/** Throws `usage` for a clone that lacks older commits: what is not there could be the commit that is searched for. */
export async function refuseShallow(dir: string): Promise<void> {
  const shallow = await git(dir, ['rev-parse', '--is-shallow-repository']);
  if (shallow.status !== 0) throw gitFailure(dir, shallow);
  if (shallow.stdout.toString().trim() !== 'true') return;
  throw new EspalierError('usage', 'is a shallow clone: it lacks commits that would have to be tried', {
    file: dir,
    remedy: '`git fetch --unshallow` brings them',
  });
}

/** Whether the history of a commit holds another one. */
export async function isAncestor(dir: string, older: string, newer: string): Promise<boolean> {
  const asked = await git(dir, ['merge-base', '--is-ancestor', older, newer]);
  if (asked.status !== 0 && asked.status !== 1) throw gitFailure(dir, asked);
  return asked.status === 0;
}

/** How many commits a history has that others have not. */
export async function countCommits(dir: string, after: string, before: readonly string[]): Promise<number> {
  const counted = await git(dir, ['rev-list', '--count', after, ...before.map((commit) => `^${commit}`)]);
  if (counted.status !== 0) throw gitFailure(dir, counted);
  return Number(counted.stdout.toString().trim());
}

/** The first parent; `undefined` for a commit that has none. */
export async function parentOf(dir: string, commit: string): Promise<string | undefined> {
  const found = await git(dir, ['rev-parse', '--verify', '--quiet', `${commit}^1`]);
  return found.status === 0 ? found.stdout.toString().trim() : undefined;
}

/** Who made a commit, when, and what it says. */
export async function describeCommit(dir: string, commit: string): Promise<CommitLine> {
  const shown = await git(dir, ['show', '--no-patch', '--no-notes', '--format=%an%x00%cs%x00%s', commit]);
  if (shown.status !== 0) throw gitFailure(dir, shown);
  const [author = '', day = '', subject = ''] = shown.stdout.toString().trim().split('\0');
  return { commit, author, day, subject };
}

/** A path in which two commits differ. */
export interface PathChange {
  readonly path: string;
  /** The later commit has it. */
  readonly isThere: boolean;
}

/** In which paths below a folder two commits differ; `undefined`: one of them is not there, or they differ in more than can be listed. */
export async function changedPaths(dir: string, from: string, to: string): Promise<PathChange[] | undefined> {
  const words = ['diff-tree', '-r', '-z', '--no-renames', '--relative', '--name-status', '--end-of-options', from, to];
  const { status, stopped, stdout } = await git(dir, words);
  if (status !== 0 || stopped !== undefined) return undefined;
  const parts = stdout.toString().split('\0').filter(Boolean);
  return parts.flatMap((part, at) => (at % 2 === 0 ? [] : [{ path: part, isThere: parts[at - 1] !== 'D' }]));
}
