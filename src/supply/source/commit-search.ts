import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { git, gitFailure } from '../../base/git.ts';
import type { RunResult } from '../../base/processes.ts';
import { makeWorkFolder, type WorkFolder } from '../../base/work-folder.ts';

/** Between which commits something is searched for. All are full hashes. */
export interface SearchRange {
  /** The person's repository. */
  readonly dir: string;
  /** Commits that have not changed yet. */
  readonly before: readonly string[];
  /** A commit that has changed. */
  readonly after: string;
  /** Patterns of paths that decide nothing: commits that touch nothing else are passed over. */
  readonly leftOut: readonly string[];
}

/** What is known of the search. */
export type SearchState =
  /** `left`: how many commits may be left once this one is known; `steps`: about how many are to be tried, with this one. */
  | { readonly kind: 'try'; readonly commit: string; readonly left: number; readonly steps: number }
  | { readonly kind: 'found'; readonly commit: string }
  /** Only commits that were skipped are left: one of these. */
  | { readonly kind: 'open'; readonly commits: readonly string[] }
  /** git gives up, and says why: commits before the change that are no ancestors of one after it. */
  | { readonly kind: 'impossible'; readonly why: string };

const hash = /\b[0-9a-f]{40,64}\b/g;

/**
 * `git bisect` in a bare repository of ours that borrows the objects of the person's: their work tree, branches and own bisect are
 * not touched. Disposing removes it; after a SIGKILL the next work folder does.
 */
export class CommitSearch implements Disposable {
  readonly #work: WorkFolder;
  readonly #git: (args: readonly string[]) => Promise<RunResult>;
  #state: SearchState = { kind: 'open', commits: [] };

  private constructor(work: WorkFolder) {
    this.#work = work;
    this.#git = (args) => git(join(work.path, 'repository'), args);
  }

  /** Throws `usage` where git cannot read the repository. */
  static async start(range: SearchRange): Promise<CommitSearch> {
    const search = new CommitSearch(makeWorkFolder('bisect'));
    try {
      await search.#begin(range);
      return search;
    } catch (error) {
      search[Symbol.dispose]();
      throw error;
    }
  }

  get state(): SearchState {
    return this.#state;
  }

  /** Says what the commit to be tried is. */
  async mark(as: 'before' | 'after' | 'skip'): Promise<void> {
    const words = { before: 'good', after: 'bad', skip: 'skip' };
    this.#read(await this.#git(['bisect', words[as]]));
  }

  [Symbol.dispose](): void {
    this.#work[Symbol.dispose]();
  }

  async #begin({ dir, before, after, leftOut }: SearchRange): Promise<void> {
    const place = join(this.#work.path, 'repository');
    const common = await git(dir, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
    if (common.status !== 0) throw gitFailure(dir, common);
    const made = await git(this.#work.path, ['init', '--quiet', '--bare', place]);
    if (made.status !== 0) throw gitFailure(place, made);
    const objects = join(common.stdout.toString().trim(), 'objects');
    writeFileSync(join(place, 'objects', 'info', 'alternates'), `${objects}\n`);
    const head = await this.#git(['update-ref', '--no-deref', 'HEAD', after]);
    if (head.status !== 0) throw gitFailure(dir, head);
    const paths = ['.', ...leftOut.map((glob) => `:(exclude,glob)${glob}`)];
    this.#read(await this.#git(['bisect', 'start', '--no-checkout', after, ...before, '--', ...paths]));
  }

  /** The state as git words it (git-bisect(1)). */
  #read({ status, stdout, stderr, stopped }: RunResult): void {
    const said = stdout.toString();
    const found = /^([0-9a-f]{40,64}) is the first bad commit$/m.exec(said)?.[1];
    if (found !== undefined) {
      this.#state = { kind: 'found', commit: found };
      return;
    }
    const next = /^\[([0-9a-f]{40,64})\]/m.exec(said)?.[1];
    if (status === 0 && next !== undefined) {
      const [, left = '0', steps = '0'] = /: (\d+) revisions? left .*\(roughly (\d+) steps?\)/.exec(said) ?? [];
      this.#state = { kind: 'try', commit: next, left: Number(left), steps: Number(steps) + 1 };
      return;
    }
    const skipped = /could be any of:\n([\s\S]*)/.exec(said)?.[1];
    if (skipped !== undefined) {
      this.#state = { kind: 'open', commits: skipped.match(hash) ?? [] };
      return;
    }
    const why = `${said}\n${stderr}`.trim();
    if (/merge base|ancestor/.test(why)) this.#state = { kind: 'impossible', why };
    else throw new EspalierError('bug', `git bisect is not understood (${stopped ?? status})`, { output: why });
  }
}
