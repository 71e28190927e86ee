import type { Verdict } from '../../src/model/verdict.ts';
import type { VerdictWord } from '../../src/model/words.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** What a damage makes of an attempt. */
export interface Damaged {
  /** New bytes of files below the attempt's folder; undefined: the file is gone. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
  /** What was damaged, for people. */
  readonly where: string;
  /**
   * Asked where the verdict is not the expected one: why no judge could tell this damage from what the test means to
   * show. Undefined: it should have.
   */
  readonly limit?: (verdict: Verdict) => string | undefined;
}

/** One way in which a stored attempt can lie. */
export interface Damage {
  readonly id: string;
  /** Where a passing attempt must land with it. */
  readonly expected: VerdictWord;
  /** Why there. */
  readonly why: string;
  /** The books of the lab stay as they were; else they agree with the damaged captures, as if the lab had seen them so. */
  readonly leavesBooks?: true;
  /** Undefined: the attempt has nothing of the kind. Pure. */
  readonly apply: (attempt: StoredAttempt) => Damaged | undefined;
}
