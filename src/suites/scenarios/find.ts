import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';

/** What the name of a scenario file ends in. */
export const scenarioEnding = '.scenario.ts';

/** True for words that mean a file or a folder. */
export function isPath(word: string): boolean {
  return (
    /\/|^\.\.?$/.test(word) || word.endsWith(scenarioEnding) || statSync(word, { throwIfNoEntry: false }) !== undefined
  );
}

/** The scenario files of a path: the file itself, or all files below the folder, sorted. Raises `usage` if there are none. */
export function scenarioFiles(path: string): string[] {
  const full = resolve(path);
  const file = shortPath(full);
  const found = statSync(full, { throwIfNoEntry: false });
  if (found === undefined) throw new EspalierError('usage', 'does not exist', { file });
  if (found.isFile()) {
    if (path.endsWith(scenarioEnding)) return [full];
    throw new EspalierError('usage', `is not a scenario file: its name does not end in ${scenarioEnding}`, { file });
  }
  const names = globSync(`**/*${scenarioEnding}`, { cwd: full, exclude: (name) => name === 'node_modules' }).sort();
  if (names.length > 0) return names.map((name) => join(full, name));
  const remedy = 'espalier init writes a first one';
  throw new EspalierError('usage', `the folder contains no file *${scenarioEnding}`, { file, remedy });
}
