/** Which test files reach a source file by imports, types included. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { projectDir } from '../../src/base/folders.ts';

const imports = new Map<string, readonly string[]>();

function importsOf(file: string): readonly string[] {
  const known = imports.get(file);
  if (known !== undefined) return known;
  const path = join(projectDir, file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const found = ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => normalize(join(dirname(file), fileName)));
  imports.set(file, found);
  return found;
}

/** Those of some test files that reach one of some source files. */
export function testsThatReach(targets: ReadonlySet<string>, tests: readonly string[]): string[] {
  return tests.filter((test) => {
    const met = new Set([test]);
    for (const file of met) for (const next of importsOf(file)) met.add(next);
    return [...met].some((file) => targets.has(file));
  });
}
