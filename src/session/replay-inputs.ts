import { EspalierError } from '../base/errors.ts';
import { type AttemptSettings, inputsOf } from '../lab/attempt.ts';
import type { AttemptFile } from '../model/attempt.ts';
import type { RunOptions } from '../model/run.ts';
import type { StoredScenario } from '../model/stored-scenario.ts';
import type { LoadedScenario, Suite } from '../model/suite.ts';
import { type InputDifference, inputDifferences } from '../results/input-differences.ts';
import { openAttempt } from '../store/open-attempt.ts';

/** The options of a run that make one attempt of it again, once. */
export function replayOptions(options: RunOptions, seed: string): RunOptions {
  const { baseline: _baseline, seeds: _seeds, ...kept } = options;
  return { ...kept, seed, retries: 0, repeatEach: 1 };
}

/** The kernel that an attempt had, where the cache still has it. */
export async function withStoredKernel(settings: AttemptSettings, { inputs }: AttemptFile): Promise<AttemptSettings> {
  if (settings.kernel.sha256 === inputs.kernel.sha256) return settings;
  const { kernelStore } = await import('../supply/kernel/kernel.ts');
  const kept = kernelStore.find(inputs.kernel.id);
  return kept?.sha256 === inputs.kernel.sha256 ? { ...settings, kernel: { ...settings.kernel, ...kept } } : settings;
}

/** The same of images: a suite whose scenarios boot from what an attempt had. */
export function withStoredImages(suite: Suite, file: AttemptFile): Suite {
  return {
    name: suite.name,
    list: () => suite.list(),
    load: async (name) => useStoredImages(await suite.load(name), file),
  };
}

async function useStoredImages(loaded: LoadedScenario, { inputs }: AttemptFile): Promise<LoadedScenario> {
  const { imageStore } = await import('../supply/image/image.ts');
  const kept = Object.entries(inputs.images).flatMap(([host, { id, sha256 }]) => {
    const artifact = loaded.images[host]?.sha256 === sha256 ? undefined : imageStore.find(id);
    return artifact?.sha256 === sha256 ? [[host, artifact] as const] : [];
  });
  if (kept.length === 0) return loaded;
  const identities = kept.map(([host, { id, sha256 }]) => [host, { id, sha256 }] as const);
  const paths = kept.map(([host, { path }]) => [host, path] as const);
  return {
    ...loaded,
    images: { ...loaded.images, ...Object.fromEntries(identities) },
    versions: inputs.versions,
    plan: { ...loaded.plan, images: { ...loaded.plan.images, ...Object.fromEntries(paths) } },
  };
}

/** All that makes an attempt now another one than the stored one was. */
export function replayDifferences(
  stored: { readonly dir: string; readonly file: AttemptFile },
  loaded: LoadedScenario,
  settings: AttemptSettings,
): InputDifference[] {
  const differences = inputDifferences(stored.file.inputs, inputsOf(loaded, settings));
  const commands = differences.some(({ what }) => what === 'suite') ? undefined : otherCommands(stored.dir, loaded);
  if (commands === undefined) return differences;
  const remedy = 'use the suite, and the Espalier, that made it';
  return [...differences, { what: 'scenario', stored: commands, present: 'that of today', remedy }];
}

/** A suite's identity may not cover every file of it; what is typed tells. Returns what the attempt had instead. */
function otherCommands(attemptDir: string, { plan, drive }: LoadedScenario): string | undefined {
  // What steps through a lab is known by its sources; what it types comes of the lab.
  if (drive !== undefined) return undefined;
  const commands = ({ cwd, postMortem, steps }: Pick<StoredScenario, 'cwd' | 'postMortem' | 'steps'>): string =>
    JSON.stringify([cwd, postMortem, steps.map(({ kind, host, line }) => [kind, host, line])]);
  const { cwd, postMortem, steps } = plan;
  const present = commands({ cwd, steps: [...steps], ...(postMortem !== undefined && { postMortem }) });
  try {
    return commands(openAttempt(attemptDir).scenario) === present ? undefined : 'other commands';
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return `one that this Espalier cannot read (${error.message})`;
  }
}
