import { join } from 'node:path';
import { projectDir } from '../../base/folders.ts';

/** The file that scenario files import as `espalier`. */
const library = join(projectDir, 'src', 'suites', 'scenarios', 'api', 'index.ts');

/**
 * Options of TypeScript for scenario files, as a `tsconfig.json` has them: for Espalier's own check and for editors. Not node's own
 * resolution: without a package.json above them it would take the files for CommonJS.
 */
export const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  paths: { espalier: [library] },
  typeRoots: [join(projectDir, 'node_modules', '@types')],
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};
