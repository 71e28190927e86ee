import type { AttemptKey } from '../store/layout.ts';

/**
 * Makes the attempts of one run: on this machine, or on others. It is opened with the run's folder. Which attempts there are to
 * be, whether one is made again, when the run stops and what comes of it is for the session; an executor knows only attempts.
 */
export interface Executor {
  /** Attempts that it can be asked for at once. */
  readonly slots: number;
  /**
   * Makes an attempt: runs its lab, and puts what the attempt's `scenario.json` names by hash into the run's `inputs/`. Returns
   * the attempt's folder, in its place below the run or anywhere on the same file system; the session moves it there, so that it
   * stands whole or not at all. It holds `attempt.json`, since its lab is over. With a `verdict.json` it was judged as well;
   * without one the session judges it, from the files alone.
   *
   * Rejects with an error that says whose fault it is: `scenario` or `guest` for the test's own, `infrastructure` or `bug` for
   * trouble (several in a row stop the run), `cancelled` where the attempt was given up. It rejects soon once `signal` fires.
   */
  run(key: AttemptKey, signal: AbortSignal): Promise<string>;
}
