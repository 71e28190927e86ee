/**
 * Writing below a folder that others filled before: what a suite's scripts or a build made in it. A link there is replaced or removed and never followed: one
 * named `etc` that leads to this machine's would have it overwritten. Nobody else may write to the folder meanwhile; where somebody may, src/base/door is
 * what to use.
 */
import { lstatSync, mkdirSync, rmSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from './errors.ts';
import { isNameBelow } from './text.ts';

/** Makes a place below a folder free, with real folders on the way to it, and puts something there. */
export function replace(root: string, names: readonly string[], put: (path: string) => void): void {
  const place = placeOf(root, names);
  for (let at = 1; at < names.length; at += 1) makeRealFolder(join(root, ...names.slice(0, at)));
  rmSync(place, { recursive: true, force: true });
  put(place);
}

/** A folder that is really there: what stands in its place goes. */
export function makeRealFolder(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  if (stat !== undefined) rmSync(path);
  mkdirSync(path);
}

/** What is at a place below a folder; `undefined` where nothing is, or where a link leads on the way to it. */
export function statBelow(root: string, names: readonly string[]): Stats | undefined {
  const place = placeOf(root, names);
  for (let at = 1; at < names.length; at += 1) {
    if (!isRealFolder(join(root, ...names.slice(0, at)))) return undefined;
  }
  return lstatSync(place, { throwIfNoEntry: false });
}

/** Removes what is at a place below a folder, if `statBelow` finds it. */
export function remove(root: string, names: readonly string[]): void {
  if (statBelow(root, names) !== undefined) rmSync(placeOf(root, names), { recursive: true });
}

function isRealFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function placeOf(root: string, names: readonly string[]): string {
  const place = join(root, ...names);
  if (isNameBelow(names.join('/')) && dirname(place) !== place) return place;
  throw new EspalierError('infrastructure', 'is no place for a file', { file: place });
}
