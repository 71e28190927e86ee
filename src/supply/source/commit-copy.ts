import { join } from 'node:path';
import { sha256 } from '../../base/files.ts';
import { cacheDir } from '../../base/folders.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { syncCopy } from './copy.ts';
import { allFiles, exportCommit, stateOf } from './repository.ts';

/** The files of a commit in a folder of ours, one for all commits of a repository: what two of them share stays with its dates. */
export class CommitCopy {
  /** Where the files are. */
  readonly path: string;
  readonly #dir: string;
  readonly #commit: string;
  readonly #manifest: string;

  constructor({ dir, commit }: { readonly dir: string; readonly commit: string }) {
    const base = cacheDir('source', 'commits', sha256(dir).slice(0, 16));
    this.#dir = dir;
    this.#commit = commit;
    this.#manifest = join(base, 'manifest.json');
    this.path = join(base, 'copy');
  }

  /** Brings the files; whoever calls it holds a lock. Throws `usage` for a commit that is not there. */
  async bring(): Promise<void> {
    const { commit = this.#commit } = await stateOf({ name: '', dir: this.#dir, commit: this.#commit });
    using work = makeWorkFolder('commit');
    await exportCommit({ dir: this.#dir, commit }, ['.'], work.path);
    syncCopy({ from: work.path, to: this.path, manifest: this.#manifest }, allFiles(work.path, []));
  }
}
