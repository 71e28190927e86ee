import { EspalierError } from '../base/errors.ts';
import { type AttemptSettings, inputsOf, settingsFor } from '../lab/attempt.ts';
import type { Suite } from '../model/suite.ts';
import { inputDifferences } from '../store/inputs.ts';
import type { RunFolder } from '../store/run-folder.ts';

/**
 * Refuses to go on with a run whose attempts had another kernel, image, overlay or suite than the rest would have: one
 * run tells of one set of inputs. The first finished attempt of each suite is compared.
 */
export async function refuseOtherInputs(
  folder: RunFolder,
  suites: ReadonlyMap<string, Suite>,
  settings: AttemptSettings,
): Promise<void> {
  for (const suite of suites.values()) {
    for (const entry of folder.run.scenarios) {
      const stored =
        entry.suite === suite.name ? folder.judged(entry).find(({ file }) => file !== undefined) : undefined;
      if (stored?.file === undefined) continue;
      const loaded = await suite.load(entry.name);
      const present = inputsOf(loaded, await settingsFor(loaded, settings));
      const [first] = inputDifferences(stored.file.inputs, present);
      if (first !== undefined) {
        const { what, stored: before, present, remedy } = first;
        const message = `--resume: the attempts so far had another ${what}: ${before}, and now it is ${present}`;
        throw new EspalierError('usage', message, { remedy: `${remedy}; or start a new run` });
      }
      break;
    }
  }
}
