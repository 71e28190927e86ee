import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { filesBelow } from '../../base/door/folders.ts';
import { needPlain } from '../../base/door/read.ts';
import { projectDir } from '../../base/folders.ts';

/** Folders whose files decide what an attempt is like and how it is judged. */
const folders = ['src', 'guest', 'scenarios'];

let known: string | undefined;

/** Hash of Espalier's own files: a run and the workers that make its attempts must have the same. */
export function fingerprint(): string {
  known ??= compute();
  return known;
}

function compute(): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of filesBelow(join(projectDir, folder)).files.sort()) {
      hash.update(`${folder}/${name}\0`).update(needPlain(join(projectDir, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
