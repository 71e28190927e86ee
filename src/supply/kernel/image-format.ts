import { flavourNames, wantedConfig } from './flavours.ts';
import { type Kconfig, parseKconfig } from './kconfig.ts';
import { presentKernel } from './kernel.ts';
import { answerOf } from './version.ts';

const known = new Map<string, Promise<Kconfig>>();

/** The options of a kernel, by its own answer where it is not one that was built here; empty: it does not say. */
export function configOf(kernel: string): Promise<Kconfig> {
  const asked = known.get(kernel) ?? ask(kernel);
  known.set(kernel, asked);
  return asked;
}

async function ask(kernel: string): Promise<Kconfig> {
  for (const flavour of flavourNames) {
    const ours = [presentKernel({ flavour }), presentKernel({ flavour, plain: true })];
    if (ours.some((one) => one?.path === kernel)) return wantedConfig(flavour);
  }
  return parseKconfig((await answerOf(kernel, '--showconfig')) ?? '');
}

/** Whether a kernel mounts EROFS images: as its configuration says; one that does not say it is taken to. */
export async function mountsErofs(kernel: string): Promise<boolean> {
  const config = await configOf(kernel);
  return config.size === 0 || config.get('CONFIG_EROFS_FS') === 'y';
}
