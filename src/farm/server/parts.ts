import type { RunPlace } from './runs.ts';
import type { Waiting } from './waiting.ts';

/** What answers are made with. */
export interface FarmParts extends RunPlace {
  readonly waiting: Waiting;
  /** Runs one after the other what would only wait for each other's rows. */
  inTurn<T>(body: () => Promise<T>): Promise<T>;
}
