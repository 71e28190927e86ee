import { flavourNames } from './flavours.ts';
import { parseKconfig } from './kconfig.ts';
import { presentKernel } from './kernel.ts';
import { answerOf } from './version.ts';

const known = new Map<string, Promise<boolean>>();

/** Whether a kernel mounts EROFS images: as its configuration says; one that does not say it is taken to. */
export function mountsErofs(kernel: string): Promise<boolean> {
  const asked = known.get(kernel) ?? ask(kernel);
  known.set(kernel, asked);
  return asked;
}

async function ask(kernel: string): Promise<boolean> {
  const ours = flavourNames.flatMap((flavour) => [presentKernel({ flavour }), presentKernel({ flavour, plain: true })]);
  if (ours.some((one) => one?.path === kernel)) return true;
  const config = parseKconfig((await answerOf(kernel, '--showconfig')) ?? '');
  return config.size === 0 || config.get('CONFIG_EROFS_FS') === 'y';
}
