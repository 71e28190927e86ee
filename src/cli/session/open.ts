import { sha256 } from '../../base/files.ts';
import { judgeAttempt } from '../../judge/judge-attempt.ts';
import { storeScenario } from '../../judge/stored-scenario.ts';
import type { AttemptSettings, KernelChoice } from '../../run/attempt.ts';
import type { Suite } from '../../scenario/suite.ts';
import type { RunOptions } from '../../store/schemas.ts';
import { substrateByName } from '../../substrate/all.ts';
import { type LabInputs, type LibreswanScenario, openLibreswan } from '../../suite/libreswan/libreswan.ts';
import type { Judging } from './judging.ts';
import { bundledTree, userTree } from './suites.ts';

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
export async function openJudging(names: readonly string[], options: RunOptions): Promise<Judging<LibreswanScenario>> {
  const suites = new Map(names.map((name) => [name, openSuite(name, options)]));
  return {
    suites,
    store: async (runDir, attemptDir, loaded) => storeScenario(runDir, attemptDir, loaded),
    judge: (runDir, attemptDir, loaded) => judgeAttempt(attemptDir, { runDir, loaded }),
  };
}

function openSuite(name: string, options: RunOptions): Suite<LibreswanScenario> {
  const tree = name === 'examples' ? bundledTree() : userTree(options.suite ?? '.');
  const helpers = options.helpers === 'upstream' ? 'upstream' : 'ours';
  return openLibreswan({ ...tree, name, helpers, inputs: async () => noInputs });
}

/** What labs of the fake substrate are made from. */
const noInputs: LabInputs = { image: { id: 'none', path: '', sha256: sha256('') }, testing: [], versions: {} };
