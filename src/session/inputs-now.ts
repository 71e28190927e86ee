import { EspalierError } from '../base/errors.ts';
import { type AttemptSettings, inputsOf, settingsFor } from '../lab/attempt.ts';
import type { AttemptInputs } from '../model/attempt.ts';
import type { Suite } from '../model/suite.ts';
import type { AttemptKey } from '../store/layout.ts';

/** What attempts of a run are made from. */
export interface RunParts {
  /** Suites of the run, by name. */
  readonly suites: ReadonlyMap<string, Suite>;
  readonly settings: AttemptSettings;
}

/** What an attempt at a scenario would be fed with now; the seed does not count. */
export async function inputsNow(
  { suites, settings }: RunParts,
  { suite, name }: Omit<AttemptKey, 'attempt'>,
): Promise<AttemptInputs> {
  const open = suites.get(suite);
  if (open === undefined) throw new EspalierError('bug', `suite ${suite} is not open`);
  const loaded = await open.load(name);
  return inputsOf(loaded, await settingsFor(loaded, settings));
}
