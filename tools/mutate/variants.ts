/**
 * Variants of the repository's modules in one thread: a module imported with `?variant=N` is another instance than
 * without, and so is every module of the variant's set that is reached from it. Nothing is written anywhere.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectDir } from '../../src/base/folders.ts';

export interface Variant {
  readonly number: number;
  /** Files, from the root, that get an instance of their own; undefined: all of the repository. */
  readonly files?: ReadonlySet<string>;
  /** The text of a file that is other than on disk. */
  readonly changed?: { readonly file: string; readonly text: string };
}

const collector = new URL('./collector.ts', import.meta.url).href;
const root = `${pathToFileURL(projectDir).href}/`;
let variant: Variant = { number: 0, files: new Set() };
/** Importing file → imported one, as they were met at run time. */
const edges = new Map<string, Set<string>>();

function fileOf(url: string | undefined): string | undefined {
  if (!url?.startsWith(root) || url.includes('/node_modules/') || url.startsWith(`${root}tools/mutate/`))
    return undefined;
  return fileURLToPath(url.replace(/\?.*/, '')).slice(projectDir.length + 1);
}

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'node:test') return { url: collector, shortCircuit: true };
    const found = next(specifier, context);
    const [to, from] = [fileOf(found.url), fileOf(context.parentURL)];
    if (to === undefined) return found;
    if (from !== undefined) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    const wanted = specifier.includes('?variant=') || context.parentURL?.includes('?variant=');
    if (!wanted || !(variant.files?.has(to) ?? true)) return found;
    return { ...found, url: `${found.url.replace(/\?.*/, '')}?variant=${variant.number}` };
  },
  load(url, context, next) {
    const { changed, number } = variant;
    if (changed === undefined || !url.endsWith(`?variant=${number}`) || fileOf(url) !== changed.file)
      return next(url, context);
    return { format: 'module-typescript', source: changed.text, shortCircuit: true };
  },
});

/** Imports a file of the repository, and all that it reaches, as a variant. */
export async function importVariant(file: string, next: Variant): Promise<void> {
  variant = next;
  await import(`${root}${file}?variant=${next.number}`);
}

/** Who imported whom since the start of the thread. */
export function importedBy(): ReadonlyMap<string, ReadonlySet<string>> {
  return edges;
}
