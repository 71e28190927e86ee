import { readStored, type StoredScenario } from '../../judge/stored-scenario.ts';
import type { AttemptSettings } from '../../run/attempt.ts';
import { inputsOf } from '../../run/attempt.ts';
import type { InputDifference } from '../../store/inputs.ts';
import { inputDifferences } from '../../store/inputs.ts';
import type { RunOptions } from '../../store/schemas.ts';
import type { LibreswanScenario } from '../../suite/libreswan/libreswan.ts';
import type { AttemptFile } from '../../transcript/attempt.ts';

/** The options of a run that make one attempt of it again, once. */
export function replayOptions(options: RunOptions, seed: string): RunOptions {
  const { baseline: _baseline, seeds: _seeds, ...kept } = options;
  return { ...kept, seed, retries: 0, repeatEach: 1 };
}

/** The kernel that an attempt had, where the cache has it; images are those of today. */
export async function withStoredKernel(settings: AttemptSettings, { inputs }: AttemptFile): Promise<AttemptSettings> {
  if (settings.kernel.sha256 === inputs.kernel.sha256) return settings;
  const { kernelStore } = await import('../../kernel/kernel.ts');
  const kept = kernelStore.find(inputs.kernel.id);
  return kept?.sha256 === inputs.kernel.sha256 ? { ...settings, kernel: kept } : settings;
}

/** All that makes an attempt now another one than the stored one was. */
export function replayDifferences(
  stored: { readonly dir: string; readonly file: AttemptFile },
  loaded: LibreswanScenario,
  settings: AttemptSettings,
): InputDifference[] {
  const differences = inputDifferences(stored.file.inputs, inputsOf(loaded, settings));
  if (!differences.some(({ what }) => what === 'suite') && !sameCourse(readStored(stored.dir), loaded)) {
    const remedy = 'check out the suite, and Espalier, as they were';
    differences.push({ what: 'scenario', stored: 'other steps', present: 'its steps of today', remedy });
  }
  return differences;
}

/** A suite's identity may not cover every file of it; what is typed tells. */
function sameCourse(stored: StoredScenario, { plan }: LibreswanScenario): boolean {
  const course = ({ cwd, postMortem, steps }: Pick<StoredScenario, 'cwd' | 'postMortem' | 'steps'>): string =>
    JSON.stringify([cwd, postMortem, steps.map(({ kind, host, line }) => [kind, host, line])]);
  const { cwd, postMortem, steps } = plan;
  return course(stored) === course({ cwd, steps: [...steps], ...(postMortem !== undefined && { postMortem }) });
}
