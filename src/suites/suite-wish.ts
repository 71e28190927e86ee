import type { RunOptions } from '../model/run.ts';
import type { Suite } from '../model/suite.ts';
import type { Kernel } from '../supply/kernel/kernel.ts';

/** What a suite is opened with. */
export interface SuiteWish {
  readonly options: RunOptions;
  /** The kernel of the run, made on first need: key material is made in labs. */
  readonly kernel: () => Promise<Kernel>;
  readonly signal: AbortSignal | undefined;
}

/** A suite that selectors can name. */
export interface KnownSuite {
  readonly name: string;
  /** What it tests, in one line. */
  readonly about: string;
  readonly open: (wish: SuiteWish) => Promise<Suite>;
}
