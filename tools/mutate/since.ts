/** Which lines of files a person has changed since a commit, so that a daily run meets their mutants alone. */
import { projectDir } from '../../src/base/folders.ts';
import { succeed } from '../../src/base/processes.ts';
import type { Mutant } from './mutants.ts';

/** First and last line, from 1. */
export type Lines = readonly [first: number, last: number];

/** Reads `git diff -U0`: file → lines of its new text. Lines that are only gone leave none. */
export function changedLines(diff: string): Map<string, Lines[]> {
  const found = new Map<string, Lines[]>();
  let file = '';
  for (const line of diff.split('\n')) {
    file = /^\+\+\+ b\/(.+)$/.exec(line)?.[1] ?? file;
    const [, first, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (first === undefined || count === '0') continue;
    const lines: Lines = [Number(first), Number(first) + Number(count) - 1];
    found.set(file, [...(found.get(file) ?? []), lines]);
  }
  return found;
}

/** The mutants of changed lines. */
export function ofChanged(mutants: readonly Mutant[], changed: ReadonlyMap<string, readonly Lines[]>): Mutant[] {
  return mutants.filter(({ file, line }) => changed.get(file)?.some(([first, last]) => first <= line && line <= last));
}

/** The same, of a commit against the work tree. */
export async function since(commit: string, mutants: readonly Mutant[]): Promise<Mutant[]> {
  const { stdout } = await succeed('git', ['diff', '-U0', '--no-color', '--no-ext-diff', commit, '--', 'src'], {
    cwd: projectDir,
  });
  return ofChanged(mutants, changedLines(stdout.toString()));
}
