import { statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';

/** Throws `usage` for a kernel of the user's that is built already: what it counts could not be explained. */
export function refuseBuilt(kernel: string): void {
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const built = [kernel, join(kernel, 'linux')].find(isFile);
  if (built === undefined) return;
  throw new EspalierError('usage', '--coverage needs a kernel that is built for it, and this one is built already', {
    file: built,
    remedy: 'give the folder of its source with --kernel, without a file `linux` in it, or leave --kernel out',
  });
}
