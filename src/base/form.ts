/**
 * Espalier exists in two forms: the repository, whose TypeScript Node runs as it stands in `src`, and the installed package, which
 * holds the same files compiled in `dist`, since Node strips no types below `node_modules`. What differs between the two is here.
 */
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ending = extname(import.meta.url);

/** True in the installed package. */
export const isPackage = ending === '.js';

/** What people type to start this Espalier, in the folder where each form is at home. */
export const commandName = isPackage ? 'npx espalier' : './espalier';

/** The folder of Espalier's own code, whose files lie in it as they do in `src` of the repository. */
export const codeDir = fileURLToPath(new URL('../', import.meta.url)).replace(/\/$/, '');

/** The folder that all of Espalier is in: code, guests' programs, recipes, scenarios. */
export const projectDir = dirname(codeDir);

/** A file of the code that is no module: a script, or what is placed in guests. `path` as it lies below `src`. */
export function codeFile(path: string): string {
  return join(codeDir, path);
}

/** Address of a module of the code, to be run as a thread or imported by others. `path` as it lies below `src`, without its ending. */
export function moduleUrl(path: string): URL {
  return new URL(`../${path}${ending}`, import.meta.url);
}

/** The file that has the types of a module, for TypeScript. `path` as for `moduleUrl`. */
export function typesFile(path: string): string {
  return join(codeDir, `${path}${isPackage ? '.d.ts' : ending}`);
}

/** A file of a package that Espalier uses, wherever npm put it. */
export function dependencyFile(name: string): string {
  return createRequire(import.meta.url).resolve(name);
}
