import { closeSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { temporaryBeside } from '../../base/files.ts';
import { succeed } from '../../base/processes.ts';

/** Date of all that Espalier packs (2025-01-01), so that equal trees give equal bytes. */
export const packDate = 1_735_689_600;

export interface PackOptions {
  /** All files belong to root: for trees that a user installed. */
  readonly allRoot?: boolean;
  /** All files carry the same date. */
  readonly sameDates?: boolean;
}

/** The program that gives the plain bytes of an archive. */
function decompressor(path: string): string {
  const start = Buffer.alloc(6);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  const magic = start.toString('hex');
  if (magic.startsWith('1f8b')) return 'gzip -dc';
  if (magic.startsWith('fd377a585a00')) return 'xz -dc';
  return magic.startsWith('28b52ffd') ? 'zstd -dc' : 'cat';
}

/** Options of mksquashfs and sqfstar alike. */
export function packOptions(options: PackOptions = {}): string[] {
  // The top of the tree would otherwise follow the user's umask.
  const common = ['-noI', '-noD', '-noF', '-noX', '-no-progress', '-quiet', '-root-mode', '0755'];
  if (options.allRoot) common.push('-all-root');
  if (options.sameDates) common.push('-all-time', String(packDate), '-mkfs-time', String(packDate));
  return common;
}

/**
 * Packs a directory or a tar archive into one uncompressed squashfs file: packed in a second
 * and read without decompression, which a guest would pay for at every first read.
 */
export async function packSquashfs(source: string, out: string, options: PackOptions = {}): Promise<void> {
  const temporary = temporaryBeside(out);
  const common = packOptions(options);
  // The tools refuse the variable and the options together.
  const env = { ...process.env, SOURCE_DATE_EPOCH: options.sameDates ? undefined : String(packDate) };
  try {
    if (statSync(source).isDirectory()) {
      await succeed('mksquashfs', [source, temporary, '-noappend', '-no-exports', ...common], { env });
    } else {
      // Unlike tar itself, sqfstar keeps the owners without being root.
      const script = 'reader=$1; packer=$2; in=$3; shift 3; $reader <"$in" | $packer "$@"';
      // 4.5 gives the top of the tree to whoever runs it, whatever -root-uid says; not so -all-root.
      const asItIs = process.getuid?.() === 0 || options.allRoot;
      const packer = asItIs ? 'sqfstar' : 'unshare --map-root-user sqfstar';
      await succeed('sh', ['-c', script, 'pack', decompressor(source), packer, source, ...common, temporary], { env });
    }
    renameSync(temporary, out);
  } finally {
    rmSync(temporary, { force: true });
  }
}
