import { statSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import type { Purpose } from './flavours.ts';

/** Throws `usage` for a kernel of the user's that is built already, where an option says how to build it. */
export function refuseBuilt(kernel: string, { coverage, checkers, options }: Purpose): void {
  const [option] = [
    ...(coverage ? ['--coverage'] : []),
    ...(checkers ? ['--checkers'] : []),
    ...(options !== undefined && options.size > 0 ? ['--kconfig'] : []),
  ];
  if (option === undefined) return;
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const built = [kernel, join(kernel, 'linux')].find(isFile);
  if (built === undefined) return;
  throw new EspalierError('usage', `${option} needs a kernel that is built for it, and this one is built already`, {
    file: built,
    remedy: 'give the folder of its source with --kernel, without a file `linux` in it, or leave --kernel out',
  });
}
