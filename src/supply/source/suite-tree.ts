import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError, Untestable } from '../../base/errors.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { git, gitFailure } from '../../base/git.ts';
import { run } from '../../base/processes.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { exportCommit, stateOf } from './repository.ts';
import type { SourceRequest } from './request.ts';

/**
 * The tree whose suite comes with a source: of a commit unpacked once, the tree itself where no commit is named. Throws `usage`
 * where it has no file `tests`.
 */
export async function suiteTree(request: SourceRequest, tests: string): Promise<string> {
  const { name, dir } = request;
  if (request.commit === undefined) {
    if (statSync(join(dir, tests), { throwIfNoEntry: false })?.isFile()) return dir;
    throw withoutTests(name, dir, tests);
  }
  const { commit = request.commit } = await stateOf(request);
  const place = join(cacheDir('source'), 'suites', `${name}-${commit}`);
  await withLock(`${place}.lock`, async () => {
    if (existsSync(place)) return;
    if (!(await hasPath(dir, commit, tests))) throw withoutTests(name, dir, `${tests} in ${commit.slice(0, 12)}`);
    using work = makeWorkFolder('suite');
    const parts = [];
    for (const part of ['testing', 'mk']) if (await hasPath(dir, commit, part)) parts.push(part);
    await exportCommit({ dir, commit }, parts, work.path);
    mkdirSync(join(cacheDir('source'), 'suites'), { recursive: true });
    const moved = await run('mv', [work.path, place]);
    if (moved.status !== 0) throw new EspalierError('infrastructure', 'cannot be written', { file: place });
  });
  return place;
}

async function hasPath(dir: string, commit: string, path: string): Promise<boolean> {
  const listed = await git(dir, ['ls-tree', '--name-only', commit, '--', path]);
  if (listed.status !== 0) throw gitFailure(dir, listed);
  return listed.stdout.length > 0;
}

function withoutTests(name: string, dir: string, tests: string): Untestable {
  return new Untestable(`has no tests of ${name}: there is no ${tests}`, {
    file: dir,
    remedy: 'name the tree that has them with --suite DIR',
  });
}
