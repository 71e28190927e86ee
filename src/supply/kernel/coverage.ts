import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson, temporaryBeside, writeAtomic } from '../../base/files.ts';

/** Folders of a kernel's source that have counters of what runs, without their subfolders. */
export const profiledFolders = ['net/xfrm', 'net/ipv4', 'net/ipv6', 'net/key'] as const;

/**
 * What make is given beside CONFIG_GCOV_KERNEL: GCOV_PROFILE, which makefiles set for their folder (Documentation/dev-tools/gcov.rst), as a
 * text that make evaluates in each folder. So a tree of the user's stays as it is.
 */
export const profiling: readonly string[] = [`GCOV_PROFILE=$(if $(filter ${profiledFolders.join(' ')},$(obj)),y)`];

/** The folder of what explains the counters of a kernel: beside it. */
export function notesOf(kernel: string): string {
  return `${kernel}.gcov`;
}

const builtFile = 'built.json';
const builtSchema = z.object({
  /** The folder of its source, and the one of its objects: paths that the compiler was given. */
  tree: z.string(),
  objects: z.string(),
});

/** Where a kernel with counters was built. */
export type Built = z.infer<typeof builtSchema>;

export function builtOf(kernel: string): Built {
  return readJson(join(notesOf(kernel), builtFile), builtSchema);
}

/** The folder below which a kernel names its counters. */
export function buildFolderOf(kernel: string): string {
  return builtOf(kernel).objects;
}

/** Whether a kernel's counters can be explained. */
export function hasNotes(kernel: string): boolean {
  return existsSync(join(notesOf(kernel), builtFile));
}

/** Keeps what the compiler wrote about the counters (`.gcno`) and the sources that have them, each under its name in the tree. */
export function keepNotes({ tree, objects }: Built, kernel: string): void {
  const folder = notesOf(kernel);
  const part = temporaryBeside(folder);
  for (const name of profiledFolders) {
    const from = join(objects, name);
    const notes = existsSync(from) ? readdirSync(from).filter((file) => file.endsWith('.gcno')) : [];
    for (const file of notes) {
      const source = `${file.slice(0, -'.gcno'.length)}.c`;
      copy(join(from, file), join(part, name, file));
      copy(join(tree, name, source), join(part, name, source));
    }
  }
  writeAtomic(join(part, builtFile), `${JSON.stringify({ tree, objects })}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}

function copy(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
