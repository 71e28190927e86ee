import { join, relative, sep } from 'node:path';

/** A folder of scenario files where their author has it. */
export interface Original {
  /** Absolute path. */
  readonly folder: string;
  /** The folder in which the author gave the command: places are named as seen from there. */
  readonly seenFrom: string;
}

/** By the folder of the copy. */
const copies = new Map<string, Original>();

/** Has the files below a folder named by what they are copies of: a worker of a farm has a scenario's files in its cache. */
export function declareCopy(folder: string, original: Original): void {
  copies.set(folder, original);
}

/** Whether a file is a copy, of which its author's folder may have more. */
export function isCopy(path: string): boolean {
  return copyOf(path) !== undefined;
}

/** Where the author has a file: the path itself, unless it is a copy. */
export function originalPath(path: string): string {
  return copyOf(path)?.path ?? path;
}

/** The same as people would type it from where they are. */
export function originalName(path: string): string {
  const copy = copyOf(path);
  const whole = copy?.path ?? path;
  const short = relative(copy?.seenFrom ?? process.cwd(), whole);
  return short.startsWith('..') ? whole : short;
}

function copyOf(path: string): { readonly path: string; readonly seenFrom: string } | undefined {
  for (const [folder, original] of copies) {
    if (!path.startsWith(`${folder}${sep}`)) continue;
    return { path: join(original.folder, relative(folder, path)), seenFrom: original.seenFrom };
  }
  return undefined;
}
