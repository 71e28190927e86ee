import type { Stats } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../base/files.ts';

/** A place that was changed less than this before may change again without another date, ms: some file systems count in two seconds. */
const settledMs = 3000;

/** What tells a place as it was from any other state of it. Nobody but the kernel sets the date of its last change (ctime). */
function factOf(stat: Stats | undefined): string {
  return stat === undefined ? 'nothing' : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
}

/** Paths by folder, each folder before its names. */
export type PathsByFolder = readonly (readonly [folder: string, ...names: string[]])[];

/** The files and folders that something was made of, as they were when they were read. */
export class SeenFiles {
  readonly #facts = new Map<string, string>();
  readonly #since: number;
  #isSure = true;

  /** `since`: ms since 1970; what changed later than shortly before may be another by now than what was read. */
  constructor(since: number) {
    this.#since = since;
  }

  /** `stat`: behind links, as it was before the content was read; `undefined`: nothing was there. */
  see(path: string, stat: Stats | undefined): void {
    const fact = factOf(stat);
    if ((this.#facts.get(path) ?? fact) !== fact) this.#isSure = false;
    if (stat !== undefined && stat.ctimeMs > this.#since - settledMs) this.#isSure = false;
    this.#facts.set(path, fact);
  }

  /** Something was read whose change cannot be noticed later. */
  seeUnsure(): void {
    this.#isSure = false;
  }

  /** A file that was read shortly before. */
  seeFile(path: string): void {
    this.see(path, statOf(path));
  }

  /** All files below a folder, and its folders, to which files may be added. */
  seeTree(dir: string): void {
    this.seeFile(dir);
    for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
      this.seeFile(join(entry.parentPath, entry.name));
    }
  }

  /** What `areUnchanged` asks for later; `undefined` where a change could be missed. */
  note(): { readonly paths: PathsByFolder; readonly digest: string } | undefined {
    if (!this.#isSure) return undefined;
    const folders = new Map<string, string[]>();
    for (const path of this.#facts.keys()) {
      const names = folders.get(dirname(path)) ?? [];
      names.push(basename(path));
      folders.set(dirname(path), names);
    }
    const paths = [...folders].map(([folder, names]) => [folder, ...names] as const);
    return { paths, digest: digestOf(paths, (path) => this.#facts.get(path) ?? '') };
  }
}

/** True where all paths are what they were when `note` was taken. */
export function areUnchanged(paths: PathsByFolder, digest: string): boolean {
  return digestOf(paths, (path) => factOf(statOf(path))) === digest;
}

function digestOf(paths: PathsByFolder, fact: (path: string) => string): string {
  return sha256(paths.flatMap(([folder, ...names]) => names.map((name) => fact(`${folder}/${name}`))).join('\n'));
}

/** Behind links; a place that cannot be looked at is like none. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
