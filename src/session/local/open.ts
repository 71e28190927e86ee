import { EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import type { AttemptSettings, Layer } from '../../lab/attempt.ts';
import { substrateByName } from '../../lab/substrate/all.ts';
import { LabSupply } from '../../lab/supply.ts';
import type { RunOptions } from '../../model/run.ts';
import type { Suite } from '../../model/suite.ts';
import { openSuite } from '../../suites/all.ts';

/** What the labs of a run boot. Nothing is made yet. */
export function openSupply({ substrate, kernel }: RunOptions, signal: AbortSignal): LabSupply {
  return new LabSupply(substrateByName(substrate), { kernel, signal });
}

/** Opens suites, by name. */
export async function openSuites(
  names: readonly string[],
  { suite: tree, helpers, paths }: RunOptions,
  supply: LabSupply,
): Promise<ReadonlyMap<string, Suite>> {
  const options = { tree, helpers: helpers === 'upstream' ? helpers : 'ours', supply } as const;
  const suites = new Map<string, Suite>();
  for (const name of names) suites.set(name, await openSuite(name, options, paths?.[name]));
  return suites;
}

/** What all labs of a run share; makes its kernel. Throws where this machine or the substrate cannot do what is asked. */
export async function openSettings(options: RunOptions, supply: LabSupply): Promise<AttemptSettings> {
  const { substrate } = supply;
  if (options.seeds !== undefined && !substrate.traits.seeds) {
    throw new EspalierError('usage', `--seeds: on the substrate ${substrate.name} no seed decides what happens`);
  }
  await substrate.check();
  return {
    substrate,
    kernel: await supply.kernel(),
    pfKeyKernel: () => supply.kernel(true),
    seed: options.seed === undefined ? undefined : BigInt(options.seed),
    ...(await overlaysOf(options, supply)),
    deadline: options.timeout === undefined ? undefined : BigInt(Math.round(options.timeout * 1000)) * 1_000_000n,
    gap: options.gap === undefined ? undefined : BigInt(options.gap) * 1_000_000n,
  };
}

/** `--overlay [HOST=]PATH`, given later lies higher. */
async function overlaysOf(
  { overlay, suite }: RunOptions,
  { needed }: LabSupply,
): Promise<Pick<AttemptSettings, 'overlays'>> {
  if (overlay.length === 0) {
    // Hosts that boot nothing have no daemon.
    if (suite !== undefined && needed) {
      warn('--suite without --overlay: tests and daemon may differ in version');
    }
    return {};
  }
  const { ensureOverlayImage } = await import('../../supply/image/image.ts');
  const overlays: Record<string, Layer[]> = {};
  for (const words of overlay) {
    const [, host = '*', path = words] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(words) ?? [];
    const layer = await ensureOverlayImage(path);
    overlays[host] = [layer, ...(overlays[host] ?? [])];
  }
  return { overlays };
}
