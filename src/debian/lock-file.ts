import { join } from 'node:path';
import { z } from 'zod';
import { readJsonIfPresent, writeAtomic } from '../base/files.ts';
import { projectDir } from '../base/folders.ts';

/** `images/lock.json`: the inputs this revision of Espalier was tested with. */
const lockSchema = z.object({
  version: z.literal(1),
  kernel: z.object({ package: z.string(), suite: z.string(), version: z.string() }).optional(),
  /** Per image: package file names as the archive has them. */
  images: z.record(z.string(), z.object({ packages: z.array(z.string()) })),
});
export type LockFile = z.infer<typeof lockSchema>;

const lockPath = join(projectDir, 'images/lock.json');

export function readLock(): LockFile {
  return readJsonIfPresent(lockPath, lockSchema) ?? { version: 1, images: {} };
}

/** Rewrites the lock file with `change` applied; only on the user's `--update-lock`. */
export function updateLock(change: (lock: LockFile) => LockFile): void {
  writeAtomic(lockPath, `${JSON.stringify(change(readLock()), null, 2)}\n`);
}
