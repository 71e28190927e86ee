import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { cacheDir } from '../../base/folders.ts';
import { type Built, builtOf, hasNotes, notesOf, profiledFolders } from './coverage.ts';
import { kernelStore } from './kernel.ts';

/** What explains the counters of one object. */
export interface CounterNotes {
  /** Below the folder that it was built in, without ending: `net/xfrm/xfrm_state`. */
  readonly object: string;
  /** A `.gcno` file. */
  readonly bytes: Uint8Array;
}

/** What explains the counters of a kernel. */
export interface KernelNotes {
  readonly objects: readonly CounterNotes[];
  /** The name in the tree of a source, as a compiler that ran in `folder` was given it; `undefined`: it is of none of the profiled folders. */
  readonly sourceOf: (name: string, folder: string) => string | undefined;
}

/** Of a kernel by what attempts say of it: of Debian's source, or of a tree of the user's. `undefined`: the cache has none of it. */
export function kernelNotes({ id, sha256 }: { id: string; sha256: string }): KernelNotes | undefined {
  const ofTree = join(cacheDir('kernel-trees'), `linux-${sha256.slice(0, 12)}`);
  const kernel = [kernelStore.find(id)?.path ?? ofTree, ofTree].find(hasNotes);
  if (kernel === undefined) return undefined;
  const built = builtOf(kernel);
  const known = new Map<string, string | undefined>();
  const sourceOf = (name: string, folder: string): string | undefined => {
    const path = resolve(folder, name);
    if (!known.has(path)) known.set(path, sourceIn(built, path));
    return known.get(path);
  };
  return { objects: objectsOf(notesOf(kernel)), sourceOf };
}

function objectsOf(folder: string): CounterNotes[] {
  const ending = '.gcno';
  return profiledFolders.flatMap((name) => {
    const place = join(folder, name);
    const files = existsSync(place) ? readdirSync(place).filter((file) => file.endsWith(ending)) : [];
    return files.map((file) => ({
      object: `${name}/${file.slice(0, -ending.length)}`,
      bytes: readFileSync(join(place, file)),
    }));
  });
}

function sourceIn({ tree, objects }: Built, path: string): string | undefined {
  const names = [tree, objects].map((folder) => relative(folder, path));
  return names.find((name) => profiledFolders.some((folder) => name.slice(0, name.lastIndexOf('/')) === folder));
}
