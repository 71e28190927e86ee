import { existsSync } from 'node:fs';
import { EspalierError } from '../../base/errors.ts';
import { sha256File } from '../../base/files.ts';
import { hostSystems } from '../../dialogue/systems/all.ts';
import type { Firmware } from '../../dialogue/systems/profile.ts';
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

/** The disk that was installed last, or the firmware that the system is. Raises `usage` where there is none. */
export async function installedSystem(system: string): Promise<Image> {
  const firmware = hostSystems.find(({ name }) => name === system)?.firmware;
  if (firmware !== undefined) return imageOf(system, firmware);
  const disk = systemStore.list().find(({ facts }) => facts.system === system);
  if (disk !== undefined) return { path: disk.path, id: disk.id, sha256: disk.sha256, versions: {} };
  throw new EspalierError('usage', `the system ${system} is not installed`, {
    remedy: `install it with \`espalier system install ${system}\``,
  });
}

async function imageOf(system: string, { file, package: name }: Firmware): Promise<Image> {
  if (!existsSync(file)) {
    const remedy = `install Debian's package ${name}`;
    throw new EspalierError('usage', `the system ${system} is not there: there is no ${file}`, { remedy });
  }
  const hash = await sha256File(file);
  return { path: file, id: `${system}-${hash.slice(0, 12)}`, sha256: hash, versions: {} };
}
