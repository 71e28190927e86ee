import { cpSync, existsSync, lstatSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Where the sources of a kernel of the cache lie, beside it, if they were kept. */
export function sourcesOf(kernel: string): string {
  return join(dirname(kernel), 'source');
}

/** The folder of a kernel's sources, where they were kept. */
export function keptSources(kernel: string): string | undefined {
  const folder = sourcesOf(kernel);
  return existsSync(folder) ? folder : undefined;
}

/** Folders of a kernel tree that have nothing a User Mode Linux is compiled from. */
const unused: RegExp =
  /^(?:Documentation|LICENSES|espalier-headers|rust|samples|scripts|sound|tools|virt|drivers\/(?:gpu|media|scsi|staging|net\/(?:ethernet|wireless))|arch\/(?!um$|x86$)[^/]+)$/;

/** Keeps of a tree that is thrown away what a debugger shows: the files that were compiled, and all headers. */
export function keepSources(tree: string, into: string): void {
  // gdb warns of a source that is younger than its program.
  cpSync(tree, into, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => isShown(path, relative(tree, path)),
  });
}

function isShown(path: string, name: string): boolean {
  const stat = lstatSync(path);
  if (stat.isDirectory()) return !unused.test(name);
  if (!stat.isFile()) return false;
  const [, stem, ending] = /^(.*)\.([chS])$/.exec(path) ?? [];
  return ending === 'h' || (stem !== undefined && existsSync(`${stem}.o`));
}
