import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { projectDir } from '../../base/folders.ts';
import { compilerOptions, portableOptions } from './compiler-options.ts';

/** The scenario that newcomers begin with: one of the bundled ones. */
const model = join(projectDir, 'scenarios', 'first', 'first.scenario.ts');

/** A first scenario for a folder, and what editors need for its types; by file name. */
export function firstFiles(folder: string): Record<string, string> {
  const options = isFoundFrom(resolve(folder)) ? portableOptions : compilerOptions;
  return {
    'first.scenario.ts': readFileSync(model, 'utf8'),
    'tsconfig.json': `${JSON.stringify({ compilerOptions: options, include: ['**/*.ts'] }, undefined, 2)}\n`,
  };
}

/** True where this Espalier is what `espalier` means to a file in the folder, which need not be there yet. */
function isFoundFrom(folder: string): boolean {
  try {
    if (realpathSync(join(folder, 'node_modules', 'espalier')) === realpathSync(projectDir)) return true;
  } catch {
    // Then it may be installed in a folder above.
  }
  const above = dirname(folder);
  return above !== folder && isFoundFrom(above);
}
