/**
 * Trees that a suite's own scripts made in a lab. The files of a host are put together from them. A link in them is copied and never followed, neither to read nor
 * to write (`real-folders.ts`). Nobody else writes to the trees meanwhile.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  lutimesSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { kindOf } from '../base/door/handle.ts';
import { EspalierError } from '../base/errors.ts';
import { succeed } from '../base/processes.ts';
import { programLimits } from '../base/program-limits.ts';
import { makeRealFolder, replace } from '../base/real-folders.ts';
import { makeWorkFolder } from '../base/work-folder.ts';

/** Folders within folders. */
const deepest = 32;

/**
 * Unpacks what was made over a tree. Into a folder of its own first: tar writes through links, and the tree may hold some of an
 * earlier archive. Links of one archive among themselves tar sees through.
 */
export async function unpackOver(archive: string, tree: string): Promise<void> {
  using fresh = makeWorkFolder('unpacked');
  // Nobody else may reach what a suite makes: as root, it may be programs with the rights of their owner.
  chmodSync(fresh.path, 0o700);
  await succeed('tar', ['--no-same-owner', '-xf', archive, '-C', fresh.path], { limits: programLimits.archive });
  layOver(fresh.path, [], tree);
}

/** Lays the folder `names` below `tree` over another; one that does not exist adds nothing. Files keep their dates. */
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
      makeRealFolder(target);
      copyFolder(source, target, depth + 1);
    } else if (stat.isSymbolicLink()) replace(to, [name], () => symlinkSync(readlinkSync(source), target));
    else if (!stat.isFile()) throw refusal(source, `is ${kindOf(stat)}, which no host can be given`);
    else {
      replace(to, [name], () => copyFileSync(source, target, constants.COPYFILE_EXCL));
      chmodSync(target, stat.mode & 0o777);
    }
    lutimesSync(target, stat.atimeMs / 1000, stat.mtimeMs / 1000);
  }
}

function refusal(file: string, message: string): EspalierError {
  return new EspalierError('infrastructure', message, {
    file,
    remedy: 'this is a fault of the suite, whose scripts made it',
  });
}
