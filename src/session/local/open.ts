import { EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import type { AttemptSettings } from '../../lab/attempt.ts';
import type { Layer, SourceLayer } from '../../lab/source-layers.ts';
import { defaultSubstrate, machineSubstrate, substrateByName } from '../../lab/substrate/all.ts';
import { LabSupply, type LabSupplyOptions } from '../../lab/supply.ts';
import type { RunOptions } from '../../model/run.ts';
import type { Suite } from '../../model/suite.ts';
import { flavourOf, imageOf, openSuite } from '../../suites/all.ts';
import { kconfigOf } from '../kconfig.ts';
import { sourceLayers, treesOfSources } from './sources.ts';

/** What labs have for a debugger. */
type MoreSupply = Pick<LabSupplyOptions, 'debug' | 'packages'>;

/** What the labs of a run boot. Nothing is made yet. */
export function openSupply(options: RunOptions, signal: AbortSignal, more: MoreSupply = {}): LabSupply {
  const { substrate, kernel, coverage = false, checkers = false } = options;
  const built = { kconfig: kconfigOf(options.kconfig), coverage, checkers };
  return new LabSupply(substrateByName(substrate), { ...more, ...built, kernel, signal });
}

/** What suites are opened for. */
interface Opening {
  readonly options: RunOptions;
  readonly supply: LabSupply;
  /** What was built. */
  readonly sources?: readonly SourceLayer[] | undefined;
}

/** Opens suites, by name. */
export async function openSuites(
  names: readonly string[],
  options: RunOptions,
  supply: LabSupply,
): Promise<ReadonlyMap<string, Suite>> {
  return openEach(names, { options, supply });
}

/**
 * The same suites, those opened anew whose tests depend on what was built: which of them can run is not known before. They are opened before
 * anything is built too, so that a mistyped name costs no build.
 */
export async function overSources(
  suites: ReadonlyMap<string, Suite>,
  opening: Opening,
): Promise<ReadonlyMap<string, Suite>> {
  const names = [...suites.keys()].filter((name) => layersOver(name, opening.sources).length > 0);
  if (names.length === 0) return suites;
  return new Map([...suites, ...(await openEach(names, opening))]);
}

async function openEach(
  names: readonly string[],
  { options, supply, sources }: Opening,
): Promise<ReadonlyMap<string, Suite>> {
  const { suite: given, helpers, paths } = options;
  const trees = await treesOfSources(names, options);
  const suites = new Map<string, Suite>();
  for (const name of names) {
    const tree = given ?? trees.get(name);
    const layers = layersOver(name, sources);
    const opening = { tree, helpers: helpers === 'upstream' ? helpers : 'ours', supply, layers } as const;
    suites.set(name, await openSuite(name, opening, paths?.[name]));
  }
  return suites;
}

/** What lies over the image of a suite on all of its hosts. */
function layersOver(name: string, sources: readonly SourceLayer[] = []): string[] {
  const image = imageOf(name);
  return sources.flatMap((one) => (one.image === image && one.host === undefined ? [one.layer.path] : []));
}

/**
 * What all labs of a run of these suites share; makes its kernel. Throws where this machine or the substrate cannot do what is asked.
 */
export async function openSettings(
  names: readonly string[],
  options: RunOptions,
  supply: LabSupply,
): Promise<AttemptSettings> {
  const { substrate } = supply;
  if (options.seeds !== undefined && !substrate.traits.seeds) {
    throw new EspalierError('usage', `--seeds: on the substrate ${substrate.name} no seed decides what happens`);
  }
  if (options.machines !== undefined && substrate !== machineSubstrate) {
    throw new EspalierError('usage', `--machines: hosts of the substrate ${substrate.name} are no machines`, {
      remedy: `add --substrate ${machineSubstrate.name}`,
    });
  }
  if (options.coverage && substrate !== defaultSubstrate) {
    throw new EspalierError(
      'usage',
      `--coverage: kernels of the substrate ${substrate.name} do not count what they run`,
      {
        remedy: `leave out --substrate: those of ${defaultSubstrate.name} do`,
      },
    );
  }
  await substrate.check();
  const sources = await sourceLayers(options, supply);
  return {
    substrate,
    kernel: await supply.kernel(flavourOf(names)),
    kernelOf: (flavour) => supply.kernel(flavour),
    seed: options.seed === undefined ? undefined : BigInt(options.seed),
    ...(await overlaysOf(options, supply)),
    ...(sources.length > 0 && { sources }),
    deadline: deadlineOf(options),
    ...(options.faults && { faults: options.faults.rules }),
    ...(options.faults?.lab?.traffic !== undefined && { traffic: BigInt(options.faults.lab.traffic) }),
    gap: options.gap === undefined ? undefined : BigInt(options.gap) * 1_000_000n,
    machines: options.machines,
  };
}

/** `--timeout` wins over what a plan of faults was found with. */
function deadlineOf({ timeout, faults }: RunOptions): bigint | undefined {
  if (timeout !== undefined) return BigInt(Math.round(timeout * 1000)) * 1_000_000n;
  const planned = faults?.lab?.deadline;
  return planned === undefined ? undefined : BigInt(planned);
}

/** `--overlay [HOST=]PATH`, given later lies higher. */
async function overlaysOf(
  { overlay, suite, source }: RunOptions,
  { needed }: LabSupply,
): Promise<Pick<AttemptSettings, 'overlays'>> {
  if (overlay.length === 0) {
    // Hosts that boot nothing have no daemon.
    if (suite !== undefined && source === undefined && needed) {
      warn('--suite without --source or --overlay: tests and daemon may differ in version');
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
