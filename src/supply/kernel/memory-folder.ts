import { readFileSync, statfsSync } from 'node:fs';
import { EspalierError } from '../../base/errors.ts';

/** A mounted file system as /proc/self/mounts lists it. */
interface Mount {
  readonly at: string;
  readonly options: readonly string[];
}

function mounts(): Mount[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields.length >= 4)
    .map((fields) => ({ at: fields[1] ?? '', options: (fields[3] ?? '').split(',') }));
}

function isNoexec(folder: string): boolean {
  const covering = mounts().filter(({ at }) => folder === at || folder.startsWith(at === '/' ? '/' : `${at}/`));
  const nearest = covering.sort((a, b) => a.at.length - b.at.length).at(-1);
  return nearest?.options.includes('noexec') ?? false;
}

function refusal(folder: string, needBytes: number): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < needBytes) return `${folder}: ${Math.floor((bavail * bsize) / 2 ** 20)} MiB free`;
  } catch {
    return `${folder}: not there`;
  }
  return isNoexec(folder) ? `${folder}: mounted noexec` : undefined;
}

/**
 * Where the lab's memory lives: a sparse, unlinked, executable file (arch/um/os-Linux/mem.c).
 * A full file system there panics the guest, so the first candidate with room is taken.
 */
export function memoryFolder(mebibytes: number, attemptDir: string): string {
  const candidates = [process.env.ESPALIER_TMP, '/dev/shm', process.env.XDG_RUNTIME_DIR, attemptDir];
  const refused: string[] = [];
  for (const folder of candidates) {
    if (folder === undefined || folder === '') continue;
    const why = refusal(folder, mebibytes * 2 ** 20);
    if (why === undefined) return folder;
    refused.push(why);
  }
  throw new EspalierError('infrastructure', `no folder can hold a lab's memory (${mebibytes} MiB, executable)`, {
    output: refused.join('\n'),
    remedy: 'set ESPALIER_TMP to a folder with room that is not mounted noexec',
  });
}
