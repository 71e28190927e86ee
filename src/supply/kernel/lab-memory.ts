import { readFileSync, statfsSync } from 'node:fs';
import { EspalierError } from '../../base/errors.ts';

/**
 * Memory of a test's lab, MiB: what its guest sees, what its folder must have room for, and what it is admitted by. It is a bound.
 * The file behind it is sparse, and a usual test fills less than a third; one that fills all of it must not end another.
 * Labs that make images and keys have their own.
 */
export const labMemory = 512;

/** Hosts that this is enough for, and MiB for each further one: an IKE daemon with a shell takes a third of that. */
const [enoughFor, perHost] = [16, 32];

/** The same of a lab with so many hosts. */
export function memoryOf(hosts: number): number {
  return labMemory + Math.max(0, hosts - enoughFor) * perHost;
}

/** Mount options of the file system that holds `path`, by the longest mount point above it in `mounts` (/proc/mounts). */
export function mountOptions(path: string, mounts: string): string[] {
  let best = '';
  let options: string[] = [];
  for (const line of mounts.split('\n')) {
    const [, point = '', , flags = ''] = line.split(' ');
    const above = point === '/' || path === point || path.startsWith(`${point}/`);
    if (!above || point.length < best.length) continue;
    best = point;
    options = flags.split(',');
  }
  return options;
}

/** What a folder has for a lab's memory. */
interface Place {
  readonly folder: string;
  readonly fits: boolean;
  /** For people: `/dev/shm: 1024 MiB free`. */
  readonly about: string;
}

function placeOf(folder: string, mebibytes: number): Place {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const free = Math.floor((bavail * bsize) / 2 ** 20);
    const noexec = mountOptions(folder, readFileSync('/proc/self/mounts', 'utf8')).includes('noexec');
    const about = `${folder}: ${free} MiB free${noexec ? ', mounted noexec' : ''}`;
    return { folder, fits: free >= mebibytes && !noexec, about };
  } catch {
    return { folder, fits: false, about: `${folder}: does not exist` };
  }
}

/** Where the memory of a lab can lie. */
export interface MemoryPlaces {
  /** The first one with room; `undefined`: none. */
  readonly chosen: Place | undefined;
  /** Those before it. */
  readonly refused: readonly Place[];
}

/**
 * Where a lab's memory lives: a sparse, unlinked, executable file (arch/um/os-Linux/mem.c). A full file system there panics the
 * guest, so the first candidate with room is taken; `last` is the one behind all tmpfs, the folder of the attempt.
 */
export function memoryPlaces(mebibytes: number, last: string): MemoryPlaces {
  const candidates = [process.env.ESPALIER_TMP, '/dev/shm', process.env.XDG_RUNTIME_DIR, last];
  const refused: Place[] = [];
  for (const folder of candidates) {
    if (folder === undefined || folder === '') continue;
    const place = placeOf(folder, mebibytes);
    if (place.fits) return { chosen: place, refused };
    refused.push(place);
  }
  return { chosen: undefined, refused };
}

/** The folder for a lab's memory. Throws `infrastructure` where none has room. */
export function memoryFolder(mebibytes: number, last: string): string {
  const { chosen, refused } = memoryPlaces(mebibytes, last);
  if (chosen !== undefined) return chosen.folder;
  throw new EspalierError('infrastructure', `no folder can hold a lab's memory (${mebibytes} MiB, executable)`, {
    output: refused.map(({ about }) => about).join('\n'),
    remedy: 'set ESPALIER_TMP to a folder with room that is not mounted noexec',
  });
}
