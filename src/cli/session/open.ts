import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import type { AttemptSettings, KernelChoice } from '../../run/attempt.ts';
import type { RunOptions } from '../../store/schemas.ts';
import { substrateByName } from '../../substrate/all.ts';
import type { Judging } from './judging.ts';

/** Suites that selectors can name. */
export const suiteNames: readonly string[] = ['examples', 'libreswan'];

/** The substrate and the kernel of a run, made on first need. */
export async function openSettings(options: RunOptions, signal: AbortSignal): Promise<AttemptSettings> {
  const substrate = substrateByName(options.substrate);
  await substrate.check();
  return {
    substrate,
    kernel: substrate.name === 'fake' ? noKernel() : await kernelOf(options, signal),
    seed: options.seed === undefined ? undefined : BigInt(options.seed),
    deadline: options.timeout === undefined ? undefined : BigInt(Math.round(options.timeout * 1000)) * 1_000_000n,
  };
}

function noKernel(): KernelChoice {
  return { id: 'none', path: '', sha256: sha256('') };
}

async function kernelOf(options: RunOptions, signal: AbortSignal): Promise<KernelChoice> {
  const { ensureKernel } = await import('../../kernel/kernel.ts');
  return ensureKernel({ selection: options.kernel, signal });
}

/** Opens suites and what judges them. */
export async function openJudging(names: readonly string[], _options: RunOptions): Promise<Judging> {
  throw new EspalierError('usage', `no loader yet for ${names.join(', ')}`);
}
