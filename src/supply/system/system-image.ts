import { EspalierError } from '../../base/errors.ts';
import type { Image } from '../image/image.ts';
import { systemStore } from './install-system.ts';

const mark = 'system:';

/** What an installed system is called where hosts have images. */
export function systemImage(system: string): string {
  return `${mark}${system}`;
}

/** The system that such a name means; `undefined`: it is a recipe's. */
export function systemOfImage(name: string): string | undefined {
  return name.startsWith(mark) ? name.slice(mark.length) : undefined;
}

/** The disk that was installed last. Raises `usage` where there is none. */
export function installedSystem(system: string): Image {
  const disk = systemStore.list().find(({ facts }) => facts.system === system);
  if (disk !== undefined) return { path: disk.path, id: disk.id, sha256: disk.sha256, versions: {} };
  throw new EspalierError('usage', `the system ${system} is not installed`, {
    remedy: `install it with \`espalier system install ${system}\``,
  });
}
