import { lstatSync, readdirSync } from 'node:fs';
import { join, matchesGlob, relative } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { type RunResult, run, succeed, tail } from '../../base/processes.ts';
import type { SourceRequest } from './request.ts';

/** Nothing of the repository's own configuration that names a program, no hook, and no question to a server. */
const quiet = ['--no-pager', '--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C.UTF-8',
};

/** The state of a tree that is built. */
export interface TreeState {
  /** Full hash of the commit; `undefined` outside of a repository. */
  readonly commit?: string;
  /** The tree holds changes that are in no commit. */
  readonly changed: boolean;
}

function git(dir: string, ...args: readonly string[]): Promise<RunResult> {
  return run('git', ['-C', dir, ...quiet, ...args], { env: environment, timeoutMs: 120_000 });
}

/** Which commit is built, and whether the tree differs from it. Throws `usage` for a commit that is not there. */
export async function stateOf({ dir, commit }: SourceRequest): Promise<TreeState> {
  const found = await git(dir, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${commit ?? 'HEAD'}^{commit}`);
  const hash = found.stdout.toString().trim();
  if (found.status !== 0) {
    if (commit === undefined) return { changed: false };
    throw await missingCommit(dir, commit);
  }
  if (commit !== undefined) return { commit: hash, changed: false };
  const status = await git(dir, 'status', '--porcelain', '--untracked-files=no');
  return { commit: hash, changed: status.stdout.length > 0 };
}

async function missingCommit(dir: string, commit: string): Promise<EspalierError> {
  const shallow = await git(dir, 'rev-parse', '--is-shallow-repository');
  const answer = shallow.stdout.toString().trim();
  if (shallow.status !== 0) {
    const output = tail(shallow.stderr.toString(), 3);
    return new EspalierError('usage', `is no git repository, so it has no commit ${commit}`, { file: dir, output });
  }
  const remedy =
    answer === 'true'
      ? 'the clone is shallow: `git fetch --unshallow` brings the older commits'
      : '`git log` shows the commits that there are';
  return new EspalierError('usage', `has no commit ${commit}`, { file: dir, remedy });
}

/** Paths of the files of a tree that lies there: what git would take into a commit; without git all files. Sorted. */
export async function filesOf(dir: string, leftOut: readonly string[]): Promise<string[]> {
  const listed = await git(dir, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate');
  const paths = listed.status === 0 ? listed.stdout.toString().split('\0').filter(Boolean) : walk(dir);
  return paths.filter((path) => isWanted(path, leftOut) && isThere(join(dir, path))).sort();
}

function isWanted(path: string, leftOut: readonly string[]): boolean {
  return !leftOut.some((pattern) => matchesGlob(path, pattern));
}

function isThere(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isDirectory();
}

function walk(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.git/'));
}

/** Writes the files of a commit into an empty folder. The tree itself is not touched. */
export async function exportCommit(
  { dir, commit }: { readonly dir: string; readonly commit: string },
  paths: readonly string[],
  into: string,
): Promise<void> {
  const tar = join(into, '.espalier.tar');
  const args = ['archive', '--format=tar', `--output=${tar}`, commit, '--', ...paths];
  const archived = await git(dir, ...args);
  if (archived.status !== 0) {
    throw new EspalierError('usage', `the files of ${commit.slice(0, 12)} cannot be read`, {
      file: dir,
      output: tail(archived.stderr.toString(), 5),
      remedy: 'a partial clone lacks files of older commits; `git fetch --refetch` brings all of them',
    });
  }
  await succeed('tar', ['--no-same-owner', '-xf', tar, '-C', into, '--exclude=.espalier.tar']);
  await succeed('rm', ['-f', tar]);
}
