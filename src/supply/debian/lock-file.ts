import { join } from 'node:path';
import { z } from 'zod';
import { readJsonIfPresent, writeAtomic } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';

/** `images/lock.json`: the inputs this revision of Espalier was tested with. */
const lockSchema = z.object({
  version: z.literal(1),
  kernel: z.object({ package: z.string(), suite: z.string(), version: z.string() }).optional(),
  images: z.record(
    z.string(),
    z.object({
      /** Package files as the archive has them. */
      packages: z.array(z.string()),
      /** The source archive that a part of it is built from, and the packages that build it. */
      source: z.object({ file: z.string(), sha256: z.string(), packages: z.array(z.string()) }).optional(),
      /** What its files showed it to have that tests ask for. */
      features: z.array(z.string()).optional(),
    }),
  ),
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
