import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256, writeAtomic } from '../../base/files.ts';
import { cacheDir } from '../../base/folders.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { changedPaths, type PathChange } from './commits.ts';
import { syncCopy, syncPaths } from './copy.ts';
import { allFiles, exportCommit, stateOf } from './repository.ts';

/** Changed paths that are brought one by one; beyond, and where attributes change what an export has, all files are. */
const mostChanges = 2000;

/** The files of a commit in a folder of ours, one for all commits of a repository: what two of them share stays with its dates. */
export class CommitCopy {
  /** Where the files are. */
  readonly path: string;
  readonly #dir: string;
  readonly #commit: string;
  readonly #manifest: string;
  /** Holds the commit whose files are there; absent while that is uncertain. */
  readonly #state: string;

  constructor({ dir, commit }: { readonly dir: string; readonly commit: string }) {
    const base = cacheDir('source', 'commits', sha256(dir).slice(0, 16));
    this.#dir = dir;
    this.#commit = commit;
    this.#manifest = join(base, 'manifest.json');
    this.#state = join(base, 'commit');
    this.path = join(base, 'copy');
  }

  /** Brings the files; whoever calls it holds a lock. Throws `usage` for a commit that is not there. */
  async bring(): Promise<void> {
    const { commit = this.#commit } = await stateOf({ name: '', dir: this.#dir, commit: this.#commit });
    const changes = await this.#changesTo(commit);
    rmSync(this.#state, { force: true });
    using work = makeWorkFolder('commit');
    if (changes === undefined) {
      await exportCommit({ dir: this.#dir, commit }, ['.'], work.path);
      syncCopy({ from: work.path, to: this.path, manifest: this.#manifest }, allFiles(work.path, []));
    } else {
      const present = changes.flatMap(({ path, isThere }) => (isThere ? [`:(literal)${path}`] : []));
      if (present.length > 0) await exportCommit({ dir: this.#dir, commit }, present, work.path);
      syncPaths(
        { from: work.path, to: this.path, manifest: this.#manifest },
        changes.map(({ path }) => path),
      );
    }
    writeAtomic(this.#state, commit);
  }

  /** What differs from the files that are there; `undefined`: not known, or too much. */
  async #changesTo(commit: string): Promise<readonly PathChange[] | undefined> {
    const before = readIfThere(this.#state);
    const changes = before === undefined ? undefined : await changedPaths(this.#dir, before, commit);
    if (changes === undefined || changes.length > mostChanges) return undefined;
    return changes.some(({ path }) => basename(path) === '.gitattributes') ? undefined : changes;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
