import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../../base/folders.ts';
import { compilerOptions } from './compiler-options.ts';

/** The scenario that newcomers begin with: one of the bundled ones. */
const model = join(projectDir, 'scenarios', 'first', 'first.scenario.ts');

/** A first scenario, and what editors need for its types; by file name. */
export function firstFiles(): Record<string, string> {
  return {
    'first.scenario.ts': readFileSync(model, 'utf8'),
    'tsconfig.json': `${JSON.stringify({ compilerOptions, include: ['**/*.ts'] }, undefined, 2)}\n`,
  };
}
