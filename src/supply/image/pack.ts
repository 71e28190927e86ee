import { closeSync, openSync, readSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, temporaryBeside } from '../../base/files.ts';
import { cacheDir, withLock } from '../../base/folders.ts';
import { succeed } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { ensureTools } from '../debian/machine-tools.ts';
import { isErofs, readErofs } from './erofs/reader.ts';
import { readTar } from './erofs/tar-reader.ts';
import { writeTar } from './erofs/tar-writer.ts';
import { writeErofs } from './erofs/writer.ts';

/** Date of all that Espalier packs (2025-01-01), so that equal trees give equal bytes. */
export const packDate = 1_735_689_600;

export interface PackOptions {
  /** All files belong to root: for trees that a user installed. */
  readonly allRoot?: boolean;
  /** All files carry the same date. */
  readonly sameDates?: boolean;
}

/** The program that gives the plain bytes of an archive; `undefined`: they are plain. */
function decompressor(path: string): string | undefined {
  const start = Buffer.alloc(6);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  const magic = start.toString('hex');
  if (magic.startsWith('1f8b')) return 'gzip';
  if (magic.startsWith('fd377a585a00')) return 'xz';
  return magic.startsWith('28b52ffd') ? 'zstd' : undefined;
}

/** A plain tar archive of a folder or of a compressed archive, below `work`; an archive that is plain already itself. */
async function plainTar(source: string, work: string): Promise<string> {
  const tar = join(work, 'tree.tar');
  if (statSync(source).isDirectory()) {
    const args = ['-C', source, '--sort=name', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-cf', tar, '.'];
    await succeed('tar', args, { limits: programLimits.archive });
    return tar;
  }
  const reader = decompressor(source);
  if (reader === undefined) return source;
  await succeed('sh', ['-c', '"$1" -dc <"$2" >"$3"', 'pack', reader, source, tar], {
    limits: programLimits.archive,
  });
  return tar;
}

/**
 * Packs a directory or a tar archive into one uncompressed EROFS file, which a guest reads, and maps, without a copy of its
 * own. The bytes are a function of the files, whoever packs them, wherever.
 */
export async function packImage(source: string, out: string, options: PackOptions = {}): Promise<void> {
  const temporary = temporaryBeside(out);
  using work = makeWorkFolder('pack');
  try {
    const date = options.sameDates ? packDate : undefined;
    const tree = readTar(await plainTar(source, work.path), { allRoot: options.allRoot, date, newDate: packDate });
    await writeErofs(tree, temporary, packDate);
    renameSync(temporary, out);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The same files as an uncompressed squashfs, made once, for kernels without EROFS; another image as it is. */
export async function squashfsOf(image: string): Promise<string> {
  if (!isErofs(image)) return image;
  const { size, mtimeMs } = statSync(image);
  const out = join(
    cacheDir('squashfs'),
    `${sha256(`${realpathSync(image)} ${size} ${mtimeMs}`).slice(0, 16)}.squashfs`,
  );
  await withLock(`${out}.lock`, async () => {
    if (statSync(out, { throwIfNoEntry: false }) !== undefined) return;
    await ensureTools('squashfs');
    using work = makeWorkFolder('squashfs');
    const tar = join(work.path, 'tree.tar');
    const packed = join(work.path, 'image');
    await writeTar(readErofs(image), tar);
    // By default its caches grow with the machine's memory.
    const plain = ['-mem', '1G', '-noI', '-noD', '-noF', '-noX', '-no-progress', '-quiet', '-root-mode', '0755'];
    // sqfstar 4.5 gives the top of the tree to whoever runs it, whatever -root-uid says.
    const packer = process.getuid?.() === 0 ? 'sqfstar' : 'unshare --map-root-user sqfstar';
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(packDate) };
    await succeed('sh', ['-c', `in=$1; shift; ${packer} "$@" <"$in"`, 'pack', tar, ...plain, packed], {
      env,
      limits: programLimits.packer,
    });
    renameSync(packed, out);
  });
  return out;
}
