/** What the changes in kernel/patches save: the same labs on the kernel with and without them, in turns. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AttemptSettings, runAttempt } from '../../src/lab/attempt.ts';
import type { LoadedScenario } from '../../src/model/suite.ts';
import { storeScenario } from '../../src/session/judging/stored-scenario.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';

const rounds = 5;

/** CPU of all processes of a lab, ms. */
async function labCpu(loaded: LoadedScenario, settings: AttemptSettings, runDir: string): Promise<number> {
  const { entry } = loaded;
  const dir = join(runDir, 'kernels', entry.name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  mkdirSync(join(runDir, 'inputs'), { recursive: true });
  const store = (): Promise<void> => storeScenario(runDir, dir, loaded);
  const signal = new AbortController().signal;
  const file = await runAttempt({ ...entry, attempt: 0, dir, load: async () => loaded, store, signal }, settings);
  return file.time.labCpuMs;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
}

/** One line for each lab: the ratio of each pair of neighbours in time, its median and its extremes. */
export async function compareKernels(
  labs: readonly LoadedScenario[],
  settings: AttemptSettings,
  runDir: string,
): Promise<string[]> {
  const plain = presentKernel({ plain: true });
  if (plain === undefined) return ['no kernel without kernel/patches to compare with: espalier kernel build --plain'];
  const lines: string[] = [];
  for (const loaded of labs) {
    const ratios: number[] = [];
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = await labCpu(loaded, { ...settings, kernel: { ...settings.kernel, ...plain } }, runDir);
      const after = await labCpu(loaded, settings, runDir);
      ratios.push(after / before);
      seconds.push(before / 1000);
    }
    const [low, middle, high] = [0, 0.5, 1].map((part) => quantile(ratios, part).toFixed(3));
    const name = `${loaded.entry.suite}:${loaded.entry.name}`;
    lines.push(
      `${name}: CPU x ${middle} (${low} to ${high}) of ${quantile(seconds, 0.5).toFixed(2)} s without kernel/patches`,
    );
  }
  return lines;
}
