import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join, matchesGlob, relative } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { git, gitFailure, isInRepository, withoutFilters } from '../../base/git.ts';
import { type RunResult, succeed, tail } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import type { SourceRequest } from './request.ts';

/** The state of a tree that is built. */
export interface TreeState {
  /** Full hash of the commit; `undefined` outside of a repository, and in one without a commit. */
  readonly commit?: string;
  /** The tree holds changes or files that are in no commit. */
  readonly changed: boolean;
}

/** Which commit is built, and whether the tree differs from it. Throws `usage` for a commit that is not there, and where git fails. */
export async function stateOf({ dir, commit }: SourceRequest): Promise<TreeState> {
  if (!(await isRepository(dir))) {
    if (commit === undefined) return { changed: false };
    throw new EspalierError('usage', `is no git repository, so it has no commit ${commit}`, { file: dir });
  }
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit ?? 'HEAD'}^{commit}`];
  const found = await git(dir, words);
  const hash = found.stdout.toString().trim();
  if (commit !== undefined) {
    if (found.status !== 0) throw await missingCommit(dir, commit);
    return { commit: hash, changed: false };
  }
  const settings = await withoutFilters(dir);
  // What a submodule holds is not built, and its own configuration may name programs.
  const args = ['status', '--porcelain', '-z', '--untracked-files=normal', '--ignore-submodules=dirty', '--', '.'];
  const status = await git(dir, args, { settings });
  // So much that it was cut is a change too.
  if (status.status !== 0 && status.stopped !== 'flood') throw gitFailure(dir, status);
  return { ...(found.status === 0 && { commit: hash }), changed: status.stdout.length > 0 };
}

/**
 * Whether git knows the files of a folder: it is a repository, or a part of one that has files there. A tree that was unpacked
 * somewhere below a person's repository is none. Throws `usage` where git fails.
 */
async function isRepository(dir: string): Promise<boolean> {
  if (!isInRepository(dir)) return false;
  const asked = await git(dir, ['rev-parse', '--is-inside-work-tree']);
  if (asked.status !== 0) throw gitFailure(dir, asked);
  if (existsSync(join(dir, '.git'))) return true;
  return (await listed(dir, ['--cached'])).length > 0;
}

async function missingCommit(dir: string, commit: string): Promise<EspalierError> {
  const shallow = await git(dir, ['rev-parse', '--is-shallow-repository']);
  const remedy =
    shallow.stdout.toString().trim() === 'true'
      ? 'the clone is shallow: `git fetch --unshallow` brings the older commits'
      : '`git log` shows the commits that there are';
  return new EspalierError('usage', `has no commit ${commit}`, { file: dir, remedy });
}

/**
 * Paths of the files of a tree that lies there: what git would take into a commit; outside of a repository all files. Sorted.
 * Throws `usage` where git fails.
 */
export async function filesOf(dir: string, leftOut: readonly string[]): Promise<string[]> {
  if (!(await isRepository(dir))) return allFiles(dir, leftOut);
  const paths = await listed(dir, ['--cached', '--others', '--exclude-standard', '--deduplicate']);
  return paths.filter((path) => isWanted(path, leftOut) && isFile(join(dir, path))).sort();
}

async function listed(dir: string, options: readonly string[]): Promise<string[]> {
  const result: RunResult = await git(dir, ['ls-files', '-z', ...options]);
  if (result.status !== 0) throw gitFailure(dir, result);
  return result.stdout.toString().split('\0').filter(Boolean);
}

/** The same of a folder that is no repository, whatever it lies in. */
export function allFiles(dir: string, leftOut: readonly string[]): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.git/') && isWanted(path, leftOut))
    .sort();
}

function isWanted(path: string, leftOut: readonly string[]): boolean {
  return !leftOut.some((pattern) => matchesGlob(path, pattern));
}

/** Folders are submodules and repositories of others; git takes nothing else that is no file. */
function isFile(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.isFile() || found.isSymbolicLink());
}

/** Writes the files of a commit into an empty folder, as the repository stores them. The tree itself is not touched. */
export async function exportCommit(
  { dir, commit }: { readonly dir: string; readonly commit: string },
  paths: readonly string[],
  into: string,
): Promise<void> {
  const tar = join(into, '.espalier.tar');
  const settings = await withoutFilters(dir);
  const args = ['archive', '--format=tar', `--output=${tar}`, commit, '--', ...paths];
  const archived = await git(dir, args, { settings });
  if (archived.status !== 0) {
    throw new EspalierError('usage', `the files of ${commit.slice(0, 12)} cannot be read`, {
      file: dir,
      output: tail(archived.stderr.toString(), 5),
      remedy: 'a partial clone lacks files of older commits; `git fetch --refetch` brings all of them',
    });
  }
  await succeed('tar', ['--no-same-owner', '-xf', tar, '-C', into, '--exclude=.espalier.tar'], {
    limits: programLimits.archive,
  });
  await succeed('rm', ['-f', tar]);
}
