import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EspalierError } from '../../base/errors.ts';
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
/** URLs of scenario files and of what they import from their own folders. */
const own = new Set<string>();
let hooked = false;

function hook(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'espalier') return { url: library, shortCircuit: true };
      const found = next(specifier, context);
      const { url } = found;
      if (!own.has(context.parentURL ?? '') && !own.has(url)) return found;
      if (!url.startsWith('file:') || url.includes('/node_modules/')) return found;
      own.add(url);
      // Whatever the package.json above it says, if there is one.
      return url.endsWith('.ts') ? { ...found, format: 'module-typescript' } : found;
    },
  });
}

/** Loads a scenario file: runs its top level, which declares. Raises `usage` with file and line where that does not work. */
export async function loadFile(file: string): Promise<LoadedFile> {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  hook();
  const before = new Set(own);
  const { href } = pathToFileURL(file);
  own.add(href);
  let declared: readonly Declared[] = [];
  let read: readonly string[] = [];
  try {
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
  const modules = [...own].filter((url) => !before.has(url)).map((url) => fileURLToPath(url));
  const sources = [...new Set([...modules, ...read])];
  const result = { file, declared, sources: sources.sort() };
  loaded.set(file, result);
  return result;
}

function cannotLoad(file: string, error: unknown): EspalierError {
  if (error instanceof EspalierError && error.detail.file !== undefined) return error;
  const { message = String(error), stack = '' } = error as Partial<Error>;
  // Syntax errors stand in front of their stack as `file:///…:3`.
  const head = /^(file:\/\/\S+?):(\d+)$/m.exec(stack);
  const origin = head ? { file: fileURLToPath(head[1] ?? ''), line: Number(head[2]) } : errorOrigin(error);
  return new EspalierError('usage', `cannot be loaded: ${message}`, { ...(origin ?? { file }), cause: error });
}
