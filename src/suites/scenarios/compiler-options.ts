import { dirname } from 'node:path';
import { dependencyFile, typesFile } from '../../base/form.ts';

/** What holds wherever a scenario file lies. Not node's own resolution: without a package.json above them it would take the files for CommonJS. */
const common = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
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

/** The file that scenario files import as `espalier`. */
export const libraryTypes = typesFile('suites/scenarios/api/index');

/** Options of TypeScript for scenario files, as a `tsconfig.json` has them: for Espalier's own check and for editors. */
export const compilerOptions = {
  ...common,
  paths: { espalier: [libraryTypes] },
  // Below the folder of packages that this Espalier uses, which is not always its own.
  typeRoots: [dirname(dirname(dependencyFile('@types/node/package.json')))],
};

/** The same for a folder from which the package is found by its name: nothing in it is of one machine only. */
export const portableOptions = common;
