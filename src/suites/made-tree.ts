/**
 * Trees that a suite's own scripts made in a lab. The files of a host are put together from them. A link in them is copied and never followed, neither to read nor
 * to write: one named `etc` that leads to this machine's would have it overwritten. Nobody else writes to the trees meanwhile.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { kindOf } from '../base/door/handle.ts';
import { EspalierError } from '../base/errors.ts';

/** Folders within folders. */
const deepest = 32;

/** Lays the folder `names` below `tree` over another; one that does not exist adds nothing. */
export function layOver(tree: string, names: readonly string[], to: string): void {
  let from = tree;
  for (const name of ['', ...names]) {
    from = join(from, name);
    const stat = lstatSync(from, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) throw refusal(from, `is ${kindOf(stat)}, not a folder`);
  }
  copyFolder(from, to, 0);
}

function copyFolder(from: string, to: string, depth: number): void {
  if (depth > deepest) throw refusal(from, `lies in more than ${deepest} folders`);
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const stat = lstatSync(source);
    if (stat.isDirectory()) {
      makeFolder(target);
      copyFolder(source, target, depth + 1);
    } else if (stat.isSymbolicLink()) replace(to, [name], () => symlinkSync(readlinkSync(source), target));
    else if (!stat.isFile()) throw refusal(source, `is ${kindOf(stat)}, which no host can be given`);
    else {
      replace(to, [name], () => copyFileSync(source, target, constants.COPYFILE_EXCL));
      chmodSync(target, stat.mode & 0o777);
    }
  }
}

/** Refuses a tree with a link out of it: what is unpacked into the tree next could be written through it. */
export function refuseLinksOut(tree: string, folder = tree, depth = 0): void {
  if (depth > deepest) throw refusal(folder, `lies in more than ${deepest} folders`);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) refuseLinksOut(tree, path, depth + 1);
    else if (stat.isSymbolicLink()) {
      const target = readlinkSync(path);
      const below = normalize(join(relative(tree, folder), target));
      if (isAbsolute(target) || below === '..' || below.startsWith('../')) {
        throw refusal(path, `is a link to ${JSON.stringify(target.slice(0, 200))}, out of what was made`);
      }
    }
  }
}

/** Makes a place below a folder free, with real folders on the way to it, and puts something there. */
export function replace(root: string, names: readonly string[], put: (path: string) => void): void {
  const place = join(root, ...names);
  for (let at = 1; at < names.length; at += 1) makeFolder(join(root, ...names.slice(0, at)));
  if (dirname(place) === place) throw refusal(place, 'is no place for a file');
  rmSync(place, { recursive: true, force: true });
  put(place);
}

/** A folder that is really there: what stands in its place goes. */
function makeFolder(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  if (stat !== undefined) rmSync(path);
  mkdirSync(path);
}

function refusal(file: string, message: string): EspalierError {
  return new EspalierError('infrastructure', message, {
    file,
    remedy: 'this is a fault of the suite, whose scripts made it',
  });
}
