import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { describeIssues } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';

/** One place of the kernel's source and what is written there. Its own text is held only as far as it takes to find the place. */
const editSchema = z.union([
  z.strictObject({ file: z.string(), before: z.string(), add: z.string() }),
  z.strictObject({ file: z.string(), after: z.string(), add: z.string() }),
]);
type Edit = z.infer<typeof editSchema>;

const patchSchema = z.strictObject({
  reason: z.string(),
  /** Kernel versions with which it was tried. */
  tried: z.array(z.string()).min(1),
  edits: z.array(editSchema).min(1),
});

/** A change of the harness kernel, for exact evidence or for speed, never for what a test can see. */
export interface KernelPatch extends z.infer<typeof patchSchema> {
  readonly name: string;
  /** The file's bytes, part of a kernel's identity. */
  readonly text: string;
}

const folder = join(projectDir, 'kernel', 'patches');

/** All patches, by name. Raises `bug` for one that is not of the schema. */
export function kernelPatches(): KernelPatch[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const read = patchSchema.safeParse(parse(text));
    if (read.success) return { name: file.replace(/\.yaml$/, ''), text, ...read.data };
    throw new EspalierError('bug', describeIssues(read.error), { file: join(folder, file) });
  });
}

/** Why a patch does not fit a source. */
export interface Misfit {
  readonly patch: string;
  /** For people: names the file and the line that was looked for. */
  readonly why: string;
}

/** Applies patches to a source tree, each one whole or not at all. Returns what does not fit. */
export function applyPatches(tree: string, patches: readonly KernelPatch[]): Misfit[] {
  return patches.flatMap(({ name, edits }) => {
    const changed = new Map<string, string>();
    for (const edit of edits) {
      const before = changed.get(edit.file) ?? readSource(join(tree, edit.file));
      const result = before === undefined ? { why: 'is missing' } : edited(before, edit);
      if ('why' in result) return [{ patch: name, why: `${edit.file} ${result.why}` }];
      changed.set(edit.file, result.text);
    }
    for (const [file, text] of changed) writeFileSync(join(tree, file), text);
    return [];
  });
}

function readSource(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A text with an edit made at the one line that has its anchor, blanks at both ends of it apart. */
export function edited(text: string, edit: Edit): { readonly text: string } | { readonly why: string } {
  const anchor = 'before' in edit ? edit.before : edit.after;
  const lines = text.split('\n');
  const places = lines.flatMap((line, index) => (line.trim() === anchor ? [index] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) return { why: `has ${places.length} lines «${anchor}», not one` };
  const added = edit.add.replace(/\n$/, '').split('\n');
  return { text: lines.toSpliced('before' in edit ? place : place + 1, 0, ...added).join('\n') };
}
