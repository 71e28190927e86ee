import { join } from 'node:path';
import { below } from '../base/door/handle.ts';
import { isPlain, readPlain, statePlain } from '../base/door/read.ts';
import { writePlain } from '../base/door/write.ts';
import { EspalierError } from '../base/errors.ts';
import { sha256 } from '../base/files.ts';

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
  if (!isPlain(join(dir, id))) writePlain(join(dir, id), content);
  return id;
}

/** Path of an input. */
function inputPath({ dir }: InputFolder, id: string): string {
  return below(dir, id);
}

const remedy = 'copy the run again from where it came, with all of its inputs';

/** Reads an input and checks that it is what it was. */
export function readInput(folder: InputFolder, id: string): Buffer {
  const file = inputPath(folder, id);
  const content = readPlain(file);
  if (content === undefined) throw new EspalierError('infrastructure', 'does not exist', { file, remedy });
  if (sha256(content) === id) return content;
  throw new EspalierError('infrastructure', 'does not hold what its name says', { file, remedy });
}

/** Shared inputs as they were read last, by path, and by what tells that a file is another one. */
const shared = new Map<string, { readonly stamp: string; readonly content: Buffer }>();
/** More than suites have sanitizers. */
const mostShared = 500;

/** Reads an input that nearly every attempt of a run has; equal calls give the same object. Checked like others. */
export function readSharedInput(folder: InputFolder, id: string): Buffer {
  const file = inputPath(folder, id);
  const stamp = statePlain(file)?.stamp ?? '';
  const known = shared.get(file);
  if (known?.stamp === stamp) return known.content;
  const content = readInput(folder, id);
  if (shared.size >= mostShared) shared.clear();
  shared.set(file, { stamp, content });
  return content;
}
