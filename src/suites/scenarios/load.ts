import { realpathSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EspalierError } from '../../base/errors.ts';
import { originalPath } from '../copies.ts';
import { filesRead } from './api/file.ts';
import { errorOrigin } from './api/origin.ts';
import { collectScenarios, type Declared } from './api/scenario.ts';
import { addOwnModule, ownImports } from './own-modules.ts';

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

/** Loads a scenario file: runs its top level, which declares. Raises `usage` with file and line where that does not work. */
export function loadFile(file: string): Promise<LoadedFile> {
  const loading = last.then(() => loaded.get(file) ?? loadNow(file));
  last = loading.catch(() => {});
  return loading;
}

async function loadNow(file: string): Promise<LoadedFile> {
  let href = '';
  let declared: readonly Declared[] = [];
  let read: readonly string[] = [];
  try {
    // Node names modules by where they are, whatever links lead there.
    href = pathToFileURL(realpathSync(file)).href;
    addOwnModule(href);
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
  const sources = [...new Set([...ownImports(href).map((url) => fileURLToPath(url)), ...read])];
  const result = { file, declared, sources: sources.sort() };
  loaded.set(file, result);
  return result;
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
