/** What the process that visits spoiled runs and the one that watches it say to each other. */
import type { Pattern } from './pattern.ts';
import type { Templates } from './templates.ts';

/** What the parent asks for: a batch of runs made from the one in `pattern`. */
export interface Batch {
  readonly work: string;
  readonly pattern: Pattern;
  readonly templates: Templates;
  readonly seed: string;
  readonly size: number;
}

/** What the worker says: what it begins, or what came of a batch. */
export type Word =
  | { readonly doing: string }
  | {
      readonly problems: readonly string[];
      readonly runs: number;
      readonly kept: number;
      readonly wentOn: number;
      readonly seesReads: boolean;
      readonly peakMiB: number;
    };

/** What came of a batch that did not end. */
export const nothing = { problems: [], runs: 0, kept: 0, wentOn: 0, seesReads: true, peakMiB: 0 } as const;
