import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EspalierError } from '../../base/errors.ts';
import { originalPath } from '../copies.ts';
import { filesRead } from './api/file.ts';
import { errorOrigin } from './api/origin.ts';
import { collectScenarios, type Declared } from './api/scenario.ts';

/** What `import … from 'espalier'` gives, wherever the importing file lies. */
const library = new URL(`./api/index${extname(import.meta.url)}`, import.meta.url).href;

/** A file with what it declares, and the files of its own that it is made of. */
export interface LoadedFile {
  readonly file: string;
  readonly declared: readonly Declared[];
  readonly sources: readonly string[];
}

/** Node keeps modules, so a file declares its scenarios once in a process. */
const loaded = new Map<string, LoadedFile>();
/** What is declared and read is collected for one file at a time. */
let last: Promise<unknown> = Promise.resolve();
/** URLs of scenario files and of what they import from their own folders, with what each imports. */
const own = new Map<string, Set<string>>();
let hooked = false;

function hook(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'espalier') return { url: library, shortCircuit: true };
      const found = next(specifier, context);
      const { url } = found;
      const importer = own.get(context.parentURL ?? '');
      if (importer === undefined && !own.has(url)) return found;
      if (!url.startsWith('file:') || url.includes('/node_modules/')) return found;
      importer?.add(url);
      if (!own.has(url)) own.set(url, new Set());
      // Whatever the package.json above it says, if there is one.
      return url.endsWith('.ts') ? { ...found, format: 'module-typescript' } : found;
    },
  });
}

/** Loads a scenario file: runs its top level, which declares. Raises `usage` with file and line where that does not work. */
export function loadFile(file: string): Promise<LoadedFile> {
  const loading = last.then(() => loaded.get(file) ?? loadNow(file));
  last = loading.catch(() => {});
  return loading;
}

async function loadNow(file: string): Promise<LoadedFile> {
  hook();
  let href = '';
  let declared: readonly Declared[] = [];
  let read: readonly string[] = [];
  try {
    // Node names modules by where they are, whatever links lead there.
    href = pathToFileURL(realpathSync(file)).href;
    own.set(href, own.get(href) ?? new Set());
    read = await filesRead(async () => {
      declared = await collectScenarios(() => import(href));
    });
  } catch (error) {
    throw cannotLoad(file, error);
  }
  if (declared.length === 0) {
    throw new EspalierError('usage', 'declares no scenario', {
      file,
      remedy: "call scenario('name', …) at its top level",
    });
  }
  const sources = [...new Set([...importedBy(href), ...read])];
  const result = { file, declared, sources: sources.sort() };
  loaded.set(file, result);
  return result;
}

/** A file and all that it imports, by whichever file that was loaded first. */
function importedBy(href: string): string[] {
  const found = new Set([href]);
  for (const url of found) for (const imported of own.get(url) ?? []) found.add(imported);
  return [...found].map((url) => fileURLToPath(url));
}

function cannotLoad(file: string, error: unknown): EspalierError {
  if (error instanceof EspalierError && error.detail.file !== undefined) return error;
  const { message = String(error), stack = '' } = error as Partial<Error>;
  // Syntax errors stand in front of their stack as `file:///…:3`.
  const head = /^(file:\/\/\S+?):(\d+)$/m.exec(stack);
  const origin = head
    ? { file: originalPath(fileURLToPath(head[1] ?? '')), line: Number(head[2]) }
    : (errorOrigin(error) ?? { file: originalPath(file) });
  return new EspalierError('usage', `cannot be loaded: ${message}`, { ...origin, cause: error });
}
