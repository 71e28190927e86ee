import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryBeside } from './files.ts';
import { cacheDir } from './folders.ts';

/** A folder for the time of one piece of work; gone when disposed. */
export interface WorkFolder extends Disposable {
  readonly path: string;
}

/**
 * Makes a folder in the cache's `work`. Folders there whose process is gone (killed in the middle) are
 * removed first: the process id stands in their names.
 */
export function makeWorkFolder(purpose: string): WorkFolder {
  const parent = cacheDir('work');
  for (const name of readdirSync(parent)) {
    const owner = /\.(\d+)-[0-9a-f]{8}\.tmp/.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) remove(join(parent, name));
  }
  const path = temporaryBeside(join(parent, basename(purpose)));
  mkdirSync(path, { recursive: true });
  return { path, [Symbol.dispose]: () => remove(path) };
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
