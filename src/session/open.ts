import { sha256 } from '../base/files.ts';
import { warn } from '../base/log.ts';
import type { AttemptSettings, KernelChoice, Layer } from '../lab/attempt.ts';
import { substrateByName } from '../lab/substrate/all.ts';
import type { RunOptions } from '../model/run.ts';
import type { Suite } from '../model/suite.ts';
import { openSuite } from '../suites/all.ts';
import type { Flavour, Kernel } from '../supply/kernel/kernel.ts';
import { judgeAttempt } from './judging/judge-attempt.ts';
import type { Judging } from './judging/judging.ts';
import { storeScenario } from './judging/stored-scenario.ts';

/** The substrate and the kernel of a run, made on first need. */
export async function openSettings(options: RunOptions, signal: AbortSignal): Promise<AttemptSettings> {
  const substrate = substrateByName(options.substrate);
  await substrate.check();
  return {
    substrate,
    ...(substrate.name === 'fake'
      ? { kernel: noKernel() }
      : { kernel: await kernelOf(options, signal), pfKeyKernel: () => kernelOf(options, signal, 'netkey') }),
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
  const { ensureOverlayImage } = await import('../supply/image/image.ts');
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

async function kernelOf(options: RunOptions, signal: AbortSignal | undefined, flavour?: Flavour): Promise<Kernel> {
  const { ensureKernel } = await import('../supply/kernel/kernel.ts');
  return ensureKernel({ selection: options.kernel, signal, ...(flavour && { flavour }) });
}

/** Opens suites and what judges them. */
export async function openJudging(
  names: readonly string[],
  options: RunOptions,
  signal?: AbortSignal,
): Promise<Judging> {
  const suites = new Map<string, Suite>();
  const wish = { options, kernel: () => kernelOf(options, signal), signal };
  for (const name of names) suites.set(name, await openSuite(name, wish));
  return {
    suites,
    store: async (runDir, attemptDir, loaded) => storeScenario(runDir, attemptDir, loaded),
    judge: (runDir, attemptDir, loaded) => judgeAttempt(attemptDir, { runDir, loaded }),
  };
}
