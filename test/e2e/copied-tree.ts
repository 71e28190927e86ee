import assert from 'node:assert/strict';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { importProblems } from '../../tools/gate/imports.ts';
import { nameProblems } from '../../tools/gate/names.ts';
import { purityProblems } from '../../tools/gate/purity.ts';
import { readRules } from '../../tools/gate/rules.ts';
import { sizeProblems } from '../../tools/gate/sizes.ts';
import { sourceFiles } from '../../tools/gate/source-files.ts';

/** A copy of this repository with a slice more. What is not source is the same files. */
export interface CopiedTree {
  readonly dir: string;
  /** Files below `src` that it has otherwise, or alone. */
  readonly changed: readonly string[];
}

/**
 * Copies the whole tree, so that nothing of it can be special about the slices that are there, and writes files into it, by their
 * paths. Of a file that is there already the text is what `files` makes of it.
 */
export function copyTree(
  t: TestContext,
  files: Readonly<Record<string, string | ((text: string) => string)>>,
): CopiedTree {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-toy-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of readdirSync(projectDir)) {
    if (name !== 'src' && !name.startsWith('.')) symlinkSync(join(projectDir, name), join(dir, name));
  }
  cpSync(join(projectDir, 'src'), join(dir, 'src'), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : content(readFileSync(file, 'utf8')));
  }
  return { dir, changed: changes(dir) };
}

function changes(tree: string): string[] {
  const [before = [], after = []] = [projectDir, tree].map((dir) =>
    globSync('src/**/*', { cwd: dir }).filter((path) => statSync(join(dir, path)).isFile()),
  );
  assert.deepEqual(
    before.filter((path) => !after.includes(path)),
    [],
  );
  const text = (dir: string, path: string): string => readFileSync(join(dir, path), 'latin1');
  return after.filter((path) => !before.includes(path) || text(tree, path) !== text(projectDir, path)).sort();
}

/** What the gate says of the files that were changed. Of the others only that they exist is seen. */
export function refusals({ dir, changed }: CopiedTree): string[] {
  const others = sourceFiles().filter(({ path }) => !changed.includes(path));
  const files = [
    ...others.map(({ path }) => ({ path, text: '' })),
    ...changed.map((path) => ({ path, text: readFileSync(join(dir, path), 'utf8') })),
  ];
  const rules = readRules(join(projectDir, 'deps.json'));
  return [importProblems, nameProblems, purityProblems, sizeProblems]
    .flatMap((check) => check(files, rules))
    .filter((line) => changed.some((path) => line.startsWith(path)));
}
