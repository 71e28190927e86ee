import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { filesBelow } from '../../base/door/folders.ts';
import { needPlain } from '../../base/door/read.ts';
import { projectDir } from '../../base/folders.ts';
import { codeDir } from '../../base/form.ts';

/** Folders whose files decide what an attempt is like and how it is judged. */
const folders = [codeDir, join(projectDir, 'guest'), join(projectDir, 'scenarios')];

let known: string | undefined;

/** Hash of Espalier's own files: a run and the workers that make its attempts must have the same. */
export function fingerprint(): string {
  known ??= compute();
  return known;
}

function compute(): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of filesBelow(folder).files.sort()) {
      hash.update(`${relative(projectDir, folder)}/${name}\0`).update(needPlain(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
