import { EspalierError } from '../base/errors.ts';
import type { AttemptInputs } from '../model/attempt.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { inputDifferences } from '../results/input-differences.ts';
import type { RunFolder } from '../store/run-folder.ts';

/**
 * Refuses to go on with a run whose attempts had another kernel, image, overlay or suite than the rest would have: one
 * run tells of one set of inputs. The first finished attempt of each suite is compared; `now` gives what one would be fed with.
 */
export async function refuseOtherInputs(
  folder: RunFolder,
  now: (entry: ScenarioEntry) => Promise<AttemptInputs>,
): Promise<void> {
  const compared = new Set<string>();
  for (const entry of folder.run.scenarios) {
    if (compared.has(entry.suite)) continue;
    const stored = folder.judged(entry).find(({ file }) => file !== undefined)?.file;
    if (stored === undefined) continue;
    compared.add(entry.suite);
    const [first] = inputDifferences(stored.inputs, await now(entry));
    if (first === undefined) continue;
    const { what, stored: before, present, remedy } = first;
    const message = `--resume: the attempts so far had another ${what}: ${before}, and now it is ${present}`;
    throw new EspalierError('usage', message, { remedy: `${remedy}; or start a new run` });
  }
}
