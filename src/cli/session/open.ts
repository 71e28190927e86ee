import { sha256 } from '../../base/files.ts';
import { warn } from '../../base/log.ts';
import { judgeAttempt } from '../../judge/judge-attempt.ts';
import { storeScenario } from '../../judge/stored-scenario.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { AttemptSettings, KernelChoice, Layer } from '../../run/attempt.ts';
import type { Suite } from '../../scenario/suite.ts';
import type { RunOptions } from '../../store/schemas.ts';
import { substrateByName } from '../../substrate/all.ts';
import {
  type LabImage,
  type LabInputs,
  type LibreswanScenario,
  openLibreswan,
} from '../../suite/libreswan/libreswan.ts';
import type { Judging } from './judging.ts';
import { bundledTree, type SuiteTree, userTree } from './suites.ts';

/** The substrate and the kernel of a run, made on first need. */
export async function openSettings(options: RunOptions, signal: AbortSignal): Promise<AttemptSettings> {
  const substrate = substrateByName(options.substrate);
  await substrate.check();
  return {
    substrate,
    kernel: substrate.name === 'fake' ? noKernel() : await kernelOf(options, signal),
    seed: options.seed === undefined ? undefined : BigInt(options.seed),
    ...(await overlaysOf(options)),
    deadline: options.timeout === undefined ? undefined : BigInt(Math.round(options.timeout * 1000)) * 1_000_000n,
    gap: options.gap === undefined ? undefined : BigInt(options.gap) * 1_000_000n,
  };
}

/** `--overlay [HOST=]PATH`, given later lies higher. */
async function overlaysOf({ overlay, suite, substrate }: RunOptions): Promise<Pick<AttemptSettings, 'overlays'>> {
  if (overlay.length === 0) {
    // The fake substrate has no daemon.
    if (suite !== undefined && substrate !== 'fake') {
      warn('--suite without --overlay: the tests may be of another version than the daemon');
    }
    return {};
  }
  const { ensureOverlayImage } = await import('../../image/image.ts');
  const overlays: Record<string, Layer[]> = {};
  for (const words of overlay) {
    const [, host = '*', path = words] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(words) ?? [];
    const layer = await ensureOverlayImage(path);
    overlays[host] = [layer, ...(overlays[host] ?? [])];
  }
  return { overlays };
}

function noKernel(): KernelChoice {
  return { id: 'none', path: '', sha256: sha256('') };
}

async function kernelOf(options: RunOptions, signal: AbortSignal | undefined): Promise<Kernel> {
  const { ensureKernel } = await import('../../kernel/kernel.ts');
  return ensureKernel({ selection: options.kernel, signal });
}

/** Opens suites and what judges them. */
export async function openJudging(
  names: readonly string[],
  options: RunOptions,
  signal?: AbortSignal,
): Promise<Judging<LibreswanScenario>> {
  const suites = new Map<string, Suite<LibreswanScenario>>();
  for (const name of names) suites.set(name, await openSuite(name, options, signal));
  return {
    suites,
    store: async (runDir, attemptDir, loaded) => storeScenario(runDir, attemptDir, loaded),
    judge: (runDir, attemptDir, loaded) => judgeAttempt(attemptDir, { runDir, loaded }),
  };
}

async function openSuite(
  name: string,
  options: RunOptions,
  signal: AbortSignal | undefined,
): Promise<Suite<LibreswanScenario>> {
  const tree = await treeOf(name, options);
  const helpers = options.helpers === 'upstream' ? 'upstream' : 'ours';
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<LabInputs> | undefined;
  const inputs = (): Promise<LabInputs> => {
    made ??= inputsOf({ dir: tree.dir, keys: name !== 'examples' }, options, signal);
    return made;
  };
  return openLibreswan({ dir: tree.dir, identity: tree.identity, name, helpers, inputs });
}

async function treeOf(name: string, options: RunOptions): Promise<SuiteTree> {
  if (name === 'examples') return bundledTree();
  if (options.suite !== undefined && options.substrate === 'fake') return userTree(options.suite);
  const { obtainLibreswan, openCheckout } = await import('../../suite/libreswan/obtain.ts');
  return options.suite === undefined ? obtainLibreswan() : openCheckout(options.suite);
}

async function inputsOf(
  tree: { readonly dir: string; readonly keys: boolean },
  options: RunOptions,
  signal: AbortSignal | undefined,
): Promise<LabInputs> {
  if (options.substrate === 'fake') return noInputs;
  const { libreswanInputs } = await import('../../provision/libreswan-inputs.ts');
  return libreswanInputs({ ...tree, kernel: () => kernelOf(options, signal), signal });
}

/** What labs of the fake substrate are made from. */
const noImage: LabImage = { id: 'none', path: '', sha256: sha256(''), versions: {} };
const noInputs: LabInputs = { image: noImage, strongswan: async () => noImage, testing: [] };
