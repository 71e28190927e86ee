import { dirname, join, relative, sep } from 'node:path';
import { realRoot } from '../../base/door/handle.ts';
import { isPlain, needPlain } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { type BlobSource, bytesSource } from '../../farm/wire/blob-source.ts';
import type { Suite } from '../../model/suite.ts';
import { packFiles } from './archive.ts';

/** A suite of scenario files as it travels. */
export interface ProgramFiles {
  readonly archive: BlobSource;
  /** What of the archive the user named. */
  readonly open: string;
  /** The archive's folder here. */
  readonly folder: string;
}

/** Archives by the suites that they were made of: one for all attempts of a run. */
const packed = new WeakMap<Suite, Promise<ProgramFiles>>();

/**
 * The scenario files of a suite, what they import and what they read by `file`; nothing else of their folders, which may hold
 * anything. Raises `usage` for a hidden file among them, and for more than a worker takes.
 */
export function programFiles(suite: Suite, path: string): Promise<ProgramFiles> {
  const packing = packed.get(suite) ?? pack(suite, realRoot(path));
  packed.set(suite, packing);
  return packing;
}

async function pack(suite: Suite, path: string): Promise<ProgramFiles> {
  const root = isPlain(path) ? dirname(path) : path;
  const files = (await suite.sources?.()) ?? [];
  for (const file of files) refuseHidden(root, file);
  const top = files.map(dirname).reduce(commonFolder, root);
  const entries = new Map(files.map((file) => [relative(top, file), needPlain(realRoot(file))]));
  const archive = bytesSource(
    await packFiles(entries, { what: `the scenario files of ${suite.name}`, fault: 'usage' }),
  );
  return { archive, open: relative(top, path) || '.', folder: top };
}

/** Names with a dot in front are those of repositories, settings and keys. */
function refuseHidden(root: string, file: string): void {
  const isHidden = relative(root, file)
    .split(sep)
    .some((part) => part.startsWith('.') && part !== '..');
  if (!isHidden) return;
  throw new EspalierError('usage', 'is a hidden file, and none is sent to a farm', {
    file,
    remedy: 'have the scenario read or import a file without a dot in front of its name',
  });
}

function commonFolder(one: string, other: string): string {
  const [parts, others] = [one.split(sep), other.split(sep)];
  const different = parts.findIndex((part, at) => part !== others[at]);
  return join(sep, ...(different < 0 ? parts : parts.slice(0, different)));
}
