import { join } from 'node:path';
import { filesBelow } from '../../base/door/folders.ts';
import { needPlain } from '../../base/door/read.ts';
import { writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { type InputFolder, putInput } from '../../suites/input-folder.ts';
import { largestArchive, packFiles, unpackFiles } from './archive.ts';

/** Folder in a packed attempt with the run's inputs that came to be while it was made. */
const inputsFolder = 'inputs/';

/** An attempt's folder, and inputs by their hash, as one content. Raises `scenario` for one that is too large. */
export async function packForFarm(attemptDir: string, inputs: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const entries = new Map<string, Uint8Array>();
  let size = 0;
  for (const name of filesBelow(attemptDir).files) {
    const bytes = needPlain(join(attemptDir, name));
    size += bytes.length;
    if (size > largestArchive) {
      throw new EspalierError('scenario', `the attempt holds more than ${largestArchive / 1024 ** 2} MiB`);
    }
    entries.set(`attempt/${name}`, bytes);
  }
  for (const [hash, bytes] of inputs) entries.set(`${inputsFolder}${hash}`, bytes);
  return packFiles(entries, { what: 'the attempt', fault: 'scenario' });
}

/**
 * Lays a packed attempt out in a folder, its inputs where they belong. It came from another machine: names lead nowhere else, an
 * input is what its name says, and all else is refused.
 */
export async function unpackFromFarm(bytes: Uint8Array, attemptDir: string, inputs: InputFolder): Promise<void> {
  for (const [name, content] of await unpackFiles(bytes, 'the result of a worker')) {
    if (name.startsWith('attempt/')) {
      writePlain(join(attemptDir, name.slice('attempt/'.length)), content);
    } else if (name === `${inputsFolder}${sha256(content)}`) putInput(inputs, content);
    else throw new EspalierError('infrastructure', `a worker sent a file that no attempt has: ${name.slice(0, 200)}`);
  }
}
