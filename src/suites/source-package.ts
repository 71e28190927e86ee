import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../base/errors.ts';
import { readJsonIfPresent, writeAtomic } from '../base/files.ts';
import { cacheDir, withLock } from '../base/folders.ts';
import { succeed } from '../base/processes.ts';
import { programLimits } from '../base/program-limits.ts';
import { fetchSuiteTarball } from '../supply/debian/packages.ts';

/** A suite that comes inside of a source package. */
export interface SourcePackage {
  readonly name: string;
  /** Code name of the Debian suite that it is taken from. */
  readonly debian: string;
  /** What of the archive is unpacked, as patterns of tar. */
  readonly wanted: readonly string[];
  /** A file that must be there then, below the archive's one folder. */
  readonly proof: string;
}

/** An unpacked part of a source package. */
export interface UnpackedSource {
  readonly dir: string;
  /** Upstream's version: `5.2`. */
  readonly version: string;
  /** Of the archive. */
  readonly sha256: string;
}

const noteSchema = z.object({ version: z.string(), sha256: z.string() });
type Note = z.infer<typeof noteSchema>;

/**
 * The wanted part of a source package, unpacked once into the cache. What is there is kept until its folder is deleted;
 * the archive is not asked again.
 */
export async function obtainSource(wish: SourcePackage): Promise<UnpackedSource> {
  const store = cacheDir('suites');
  const note = join(store, `${wish.name}-${wish.debian}.json`);
  const folderOf = ({ version, sha256 }: Note): string => join(store, `${wish.name}-${version}-${sha256.slice(0, 12)}`);
  const known = readJsonIfPresent(note, noteSchema);
  if (known !== undefined && existsSync(folderOf(known))) return { ...known, dir: folderOf(known) };
  const tarball = await fetchSuiteTarball(wish.name, wish.debian);
  const dir = folderOf(tarball);
  await withLock(`${dir}.lock`, async () => {
    if (!existsSync(dir)) await unpack(tarball.file, dir, wish);
  });
  const found = { version: tarball.version, sha256: tarball.sha256 };
  writeAtomic(note, `${JSON.stringify(found)}\n`);
  return { ...found, dir };
}

/** Unpacks the parts that the suite reads, beside the target, and moves them there when whole. */
async function unpack(tarball: string, dir: string, { wanted, proof }: SourcePackage): Promise<void> {
  const work = mkdtempSync(`${dir}.`);
  try {
    const patterns = ['--wildcards', '--no-wildcards-match-slash', ...wanted];
    await succeed('tar', ['-xf', tarball, '-C', work, '--no-same-owner', ...patterns], {
      limits: programLimits.archive,
    });
    const [top, ...others] = readdirSync(work);
    if (top === undefined || others.length > 0 || !existsSync(join(work, top, proof))) {
      throw new EspalierError('infrastructure', `holds no ${proof}`, { file: tarball });
    }
    renameSync(join(work, top), dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
