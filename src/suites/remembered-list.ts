import { join } from 'node:path';
import { sha256 } from '../base/files.ts';
import { cacheDir } from '../base/folders.ts';
import { codeDir } from '../base/form.ts';
import { recall, remember } from '../base/remembered.ts';
import { areUnchanged, type PathsByFolder, type SeenFiles } from './seen-files.ts';

/** A list with all that it follows from. */
interface Kept<T> {
  readonly paths: PathsByFolder;
  readonly digest: string;
  readonly list: T;
}

/** What a list is made of and how. */
export interface ListMaking<T> {
  /** Names the list, with everything it follows from that is in no file. */
  readonly key: readonly string[];
  /** Told of every file and folder that `read` follows from, besides Espalier's own code. */
  readonly seen: SeenFiles;
  /** Gives plain data. */
  readonly read: () => Promise<T>;
}

/**
 * The list of a suite, out of the cache where nothing changed of all that it was made of: the suite's files and Espalier's own code. Reading a
 * thousand folders again would be most of what a list costs. Where a change could be missed, nothing is kept.
 */
export async function rememberedList<T>({ key, seen, read }: ListMaking<T>): Promise<T> {
  const place = join(cacheDir('lists'), sha256([process.version, codeDir, ...key].join('\0')).slice(0, 32));
  const kept = keptAt<T>(place);
  if (kept !== undefined) return kept;
  const list = await read();
  seen.seeTree(codeDir);
  const note = seen.note();
  if (note !== undefined) remember(place, Buffer.from(JSON.stringify({ ...note, list } satisfies Kept<T>)));
  return list;
}

function keptAt<T>(place: string): T | undefined {
  const bytes = recall(place);
  if (bytes === undefined) return undefined;
  // Whole, as `remember` wrote it; one of another version of Espalier names other code.
  const { paths, digest, list } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Kept<T>;
  return areUnchanged(paths, digest) ? list : undefined;
}
