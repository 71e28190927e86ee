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
  z.strictObject({ file: z.string(), replace: z.string(), add: z.string() }),
]);
type Edit = z.infer<typeof editSchema>;

const patchSchema = z.strictObject({
  reason: z.string(),
  /** Patches without which it does not work. */
  needs: z.array(z.string()).default([]),
  /** Kernel versions with which it was tried. */
  tried: z.array(z.string()).min(1),
  edits: z.array(editSchema).min(1),
});

/** A change of the harness kernel, for exact evidence or for speed, never for what a test can see. */
export interface KernelPatch extends z.infer<typeof patchSchema> {
  readonly name: string;
  /** The file's bytes. */
  readonly text: string;
}

/** What of the patches is part of a kernel's identity: what they change, not what they say about it. */
export function identityOf(patches: readonly KernelPatch[]): string {
  return JSON.stringify(patches.map(({ name, needs, edits }) => ({ name, needs, edits })));
}

const folder = join(projectDir, 'kernel', 'patches');

/** By file name: each flavour of the kernel asks for all of them, and parsing them takes longer than all else of that. */
const known = new Map<string, KernelPatch>();

/** All patches, by name. Raises `bug` for one that is not of the schema. */
export function kernelPatches(): KernelPatch[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const before = known.get(file);
    if (before?.text === text) return before;
    const read = patchSchema.safeParse(parse(text));
    if (!read.success) throw new EspalierError('bug', describeIssues(read.error), { file: join(folder, file) });
    const patch = { name: file.replace(/\.yaml$/, ''), text, ...read.data };
    known.set(file, patch);
    return patch;
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
  const misfits: Misfit[] = [];
  // What others need comes first.
  const ordered = [...patches].sort((a, b) => a.needs.length - b.needs.length);
  for (const { name, edits, needs } of ordered) {
    const lacking = needs.find((other) => misfits.some(({ patch }) => patch === other));
    const why = lacking === undefined ? applyEdits(tree, edits) : `it needs ${lacking}`;
    if (why !== undefined) misfits.push({ patch: name, why });
  }
  return misfits;
}

/** Makes all edits or none; says which one does not fit. */
function applyEdits(tree: string, edits: readonly Edit[]): string | undefined {
  const changed = new Map<string, string>();
  for (const edit of edits) {
    const before = changed.get(edit.file) ?? readSource(join(tree, edit.file));
    const result = before === undefined ? { why: 'is missing' } : edited(before, edit);
    if ('why' in result) return `${edit.file} ${result.why}`;
    changed.set(edit.file, result.text);
  }
  for (const [file, text] of changed) writeFileSync(join(tree, file), text);
  return undefined;
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
  const anchor = 'before' in edit ? edit.before : 'after' in edit ? edit.after : edit.replace;
  const lines = text.split('\n');
  const places = lines.flatMap((line, index) => (line.trim() === anchor ? [index] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) return { why: `has ${places.length} lines «${anchor}», not one` };
  const added = edit.add === '' ? [] : edit.add.replace(/\n$/, '').split('\n');
  const at = 'after' in edit ? place + 1 : place;
  return { text: lines.toSpliced(at, 'replace' in edit ? 1 : 0, ...added).join('\n') };
}
