import type { LoadedScenario, Suite } from '../../model/suite.ts';
import type { Verdict } from '../../model/verdict.ts';

/** What a session needs of the rooms that know a suite's format and judge its attempts. */
export interface Judging {
  /** The suites of the run by name. */
  readonly suites: ReadonlyMap<string, Suite>;
  /** Stores what judging reads with the run. */
  store(runDir: string, attemptDir: string, loaded: LoadedScenario): Promise<void>;
  /** Judges an attempt and writes its `verdict.json`. Reads the run's folder only; with `loaded`, references and sanitizers come from there instead. */
  judge(runDir: string, attemptDir: string, loaded?: LoadedScenario): Promise<Verdict>;
}
