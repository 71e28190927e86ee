import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from './errors.ts';
import { type RunOptions, type RunResult, run, tail } from './processes.ts';
import { programLimits } from './program-limits.ts';

/**
 * Nothing of a repository's own configuration that names a program, no hook, and no question to a server, which would also start
 * one that the repository names: older versions of git know GIT_ALLOW_PROTOCOL only.
 */
const quiet = [
  '--no-pager',
  '--no-replace-objects',
  '--no-optional-locks',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'log.showSignature=false', 'log.mailmap=false'].flatMap(
    (setting) => ['-c', setting],
  ),
];
const environment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C.UTF-8',
};

/** How git is run. */
export type GitOptions = Pick<RunOptions, 'timeoutMs' | 'maxOutput'> & {
  /** More settings, `name=value`. */
  readonly settings?: readonly string[];
};

/** Runs git in a folder, so that it starts no program that the repository names, but for filters (`withoutFilters`). */
export function git(
  dir: string,
  args: readonly string[],
  { settings = [], ...limits }: GitOptions = {},
): Promise<RunResult> {
  const words = ['-C', dir, ...quiet, ...settings.flatMap((setting) => ['-c', setting]), ...args];
  return run('git', words, { timeoutMs: 120_000, ...limits, limits: programLimits.repository, env: environment });
}

/**
 * Settings under which no filter of a repository (gitattributes(5), filter) runs. Attributes choose among filters by name, and no
 * option turns attributes off, so each filter that is configured gets empty commands. Throws `usage` for a name that no option can
 * hold, and where git cannot read its configuration.
 */
export async function withoutFilters(dir: string): Promise<string[]> {
  const listed = await git(dir, ['config', '-z', '--name-only', '--get-regexp', '^filter\\.']);
  // 1: there are none.
  if (listed.status !== 0 && listed.status !== 1) throw gitFailure(dir, listed);
  const keys = listed.stdout.toString().split('\0').filter(Boolean);
  const names = new Set(keys.map((key) => key.slice('filter.'.length, Math.max(key.lastIndexOf('.'), 0))));
  return [...names].flatMap((name) => {
    if (name.includes('=')) throw new EspalierError('usage', `has a filter of git named ${name}`, { file: dir });
    const key = `filter.${name}`;
    return [`${key}.clean=`, `${key}.smudge=`, `${key}.process=`, `${key}.required=false`];
  });
}

/** An error that says that git failed, and how. */
export function gitFailure(dir: string, { stderr, stopped }: RunResult): EspalierError {
  const output = tail(stderr.toString(), 5);
  const foreign = /dubious ownership/.test(output);
  return new EspalierError('usage', `git cannot read the repository${stopped ? ` (${stopped})` : ''}`, {
    file: dir,
    output,
    ...(foreign && { remedy: `it belongs to another user: \`git config --global --add safe.directory ${dir}\`` }),
  });
}

/** Whether a folder lies in a repository: known without git. */
export function isInRepository(dir: string): boolean {
  if (existsSync(join(dir, '.git'))) return true;
  const above = dirname(dir);
  return above !== dir && isInRepository(above);
}
