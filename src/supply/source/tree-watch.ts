import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { deadline, type Timer } from '../../base/deadline.ts';
import { EspalierError } from '../../base/errors.ts';
import { lookOf } from './copy.ts';
import { filesOf } from './repository.ts';

/** Editors, and git, write several files: what comes within this time is one change. */
const quietMs = 200;

/**
 * Notices changes of trees and files: of what git would take, and without git of all files. What a build writes there and git
 * ignores is no change. Disposing ends it.
 */
export class TreeWatch implements Disposable {
  readonly #roots: readonly string[];
  readonly #folders = new Map<string, FSWatcher>();
  #looks: ReadonlyMap<string, string> = new Map();
  #noticed: (() => void) | undefined;
  #missed = false;

  private constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** Throws `infrastructure` where the system watches no more folders. */
  static async start(roots: readonly string[]): Promise<TreeWatch> {
    const trees = new TreeWatch(roots);
    try {
      trees.#looks = await trees.#look();
      return trees;
    } catch (error) {
      trees[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Resolves with the paths that changed since the last time, once nothing has changed for a moment; with none once `signal`
   * fires. What changes meanwhile is not lost.
   */
  async change(signal: AbortSignal): Promise<string[]> {
    while (!signal.aborted) {
      await this.#event(signal);
      if (signal.aborted) break;
      const now = await this.#look();
      const changed = differing(this.#looks, now);
      this.#looks = now;
      if (changed.length > 0) return changed;
    }
    return [];
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  /** The next event that is followed by a moment without any. */
  async #event(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let timer: Timer | undefined;
    const noticed = (): void => {
      timer?.stop();
      timer = deadline(quietMs, resolve);
    };
    this.#noticed = noticed;
    if (this.#missed) noticed();
    this.#missed = false;
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    timer?.stop();
    this.#noticed = undefined;
  }

  async #look(): Promise<ReadonlyMap<string, string>> {
    const looks = new Map<string, string>();
    for (const root of this.#roots) {
      for (const path of await pathsOf(root)) {
        this.#watch(dirname(path));
        const look = lookOf(path);
        if (look !== undefined) looks.set(path, look);
      }
    }
    return looks;
  }

  /** Folders above the files of a tree too: a new one appears in the one above it. */
  #watch(folder: string): void {
    if (this.#folders.has(folder)) return;
    const root = this.#roots.find((one) => folder === one || folder.startsWith(`${one}/`));
    try {
      const watcher = watch(folder, () => {
        if (this.#noticed === undefined) this.#missed = true;
        else this.#noticed();
      });
      // A folder that goes is noticed in the one above it.
      watcher.on('error', () => this.#forget(folder));
      this.#folders.set(folder, watcher);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      throw new EspalierError('infrastructure', `cannot be watched: ${message}`, {
        file: folder,
        remedy: 'raise fs.inotify.max_user_watches and max_user_instances (sysctl)',
        cause,
      });
    }
    if (root !== undefined && folder !== root) this.#watch(dirname(folder));
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }
}

async function pathsOf(root: string): Promise<string[]> {
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) return [join(dirname(root), basename(root))];
  return (await filesOf(root, [])).map((path) => join(root, path));
}

function differing(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths].filter((path) => before.get(path) !== now.get(path));
}
