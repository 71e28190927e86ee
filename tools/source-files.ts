import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';

/** One TypeScript file of the repository. */
export interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** All TypeScript files that the rules apply to. */
export function sourceFiles(): SourceFile[] {
  const folders = ['src/**/*.ts', 'tools/**/*.ts', 'test/**/*.ts', 'scenarios/**/*.ts', 'ui/src/**/*.{ts,tsx}'];
  const paths = globSync(folders, { cwd: projectDir }).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(projectDir, path), 'utf8') }));
}
