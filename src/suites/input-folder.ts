import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { sha256, writeAtomic } from '../base/files.ts';

/** Where the large parts lie: one file per content, named by its hash. */
export interface InputFolder {
  readonly dir: string;
}

/** Folder of a run's inputs. */
export function runInputs(runDir: string): InputFolder {
  return { dir: join(runDir, 'inputs') };
}

/** Puts a content there, unless it is there; returns its hash. */
export function putInput({ dir }: InputFolder, content: Uint8Array): string {
  const id = sha256(content);
  if (!existsSync(join(dir, id))) writeAtomic(join(dir, id), content);
  return id;
}

/** Path of an input. */
function inputPath({ dir }: InputFolder, id: string): string {
  return join(dir, id);
}

/** Reads an input and checks that it is what it was. */
export function readInput(folder: InputFolder, id: string): Buffer {
  const file = inputPath(folder, id);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw new EspalierError('infrastructure', `cannot be read: ${(cause as Error).message}`, { file, cause });
  }
  if (sha256(content) === id) return content;
  throw new EspalierError('infrastructure', 'does not hold what its name says', { file });
}

/** Shared inputs as they were read last, by path, and by what tells that a file is another one. */
const shared = new Map<string, { readonly stamp: string; readonly content: Buffer }>();
/** More than suites have sanitizers. */
const mostShared = 500;

/** Reads an input that nearly every attempt of a run has; equal calls give the same object. Checked like others. */
export function readSharedInput(folder: InputFolder, id: string): Buffer {
  const file = inputPath(folder, id);
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  const stamp = stat === undefined ? '' : `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  const known = shared.get(file);
  if (known?.stamp === stamp) return known.content;
  const content = readInput(folder, id);
  if (shared.size >= mostShared) shared.clear();
  shared.set(file, { stamp, content });
  return content;
}
