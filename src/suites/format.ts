import type { z } from 'zod';
import type { Attempt, AttemptFiles } from '../evidence/attempt/attempt.ts';
import type { FaultLine } from '../judge/oracles/incidents/fault-lines.ts';
import type { FactFindings } from '../judge/oracles/judge-facts.ts';
import type { Leak } from '../judge/oracles/leaks.ts';
import type { AttemptFile } from '../model/attempt.ts';
import type { CheckOutcome } from '../model/check-outcomes.ts';
import type { StoredScenario } from '../model/stored-scenario.ts';
import type { LoadedScenario } from '../model/suite.ts';
import type { Issue, Verdict } from '../model/verdict.ts';
import type { InputFolder } from './input-folder.ts';

/** Takes a file for an attempt's `derived/`; text becomes UTF-8. */
export type PutDerived = (name: string, content: string | Uint8Array) => void;

/** An attempt whose lab is over, as a format's judge gets it. */
export interface JudgedAttempt {
  readonly attempt: Attempt;
  readonly end: AttemptFile['end'];
  readonly put: PutDerived;
  /** Holds what `scenario.json` names by hash. */
  readonly folder: InputFolder;
  /** Folder of sanitized texts by hash; `undefined`: sanitize anew. */
  readonly cache: string | undefined;
  /** Damage to files and lost evidence, and what golden facts say. */
  readonly damage: readonly Issue[];
  readonly golden: readonly Issue[];
  /** What the oracles found. */
  readonly facts: FactFindings;
}

/** What a format makes of an attempt. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The test's own checks, where the format has some. */
  readonly checks?: readonly CheckOutcome[];
  /** Frames in clear that the test's own checks found; those of the oracles are known. */
  readonly leaks?: readonly Leak[];
}

/** The text of one console, or the facts, as a reference would hold them. */
export interface GoldenText {
  /** Name in the scenario's folder, `<host>.console.txt` or `facts.json`. */
  readonly file: string;
  readonly content: Uint8Array;
  /** SHA-256 of the reference that the attempt was made with; `undefined`: there was none. */
  readonly before: string | undefined;
}

/**
 * How scenarios of one format are stored with a run and judged. Methods are called with what the format itself loaded
 * or stored; `all.ts` holds the one table.
 */
export interface Format<
  Loaded extends LoadedScenario = LoadedScenario,
  Stored extends StoredScenario = StoredScenario,
> {
  /** All of `scenario.json`. */
  readonly schema: z.ZodType<Stored>;
  /** What the format adds to `scenario.json`; large parts go into the folder. Called when the steps are known. */
  store(loaded: Loaded, folder: InputFolder): Omit<Stored, keyof StoredScenario>;
  /** Puts texts into `derived/`. The same files must give the same bytes. */
  judge(stored: Stored, parts: JudgedAttempt): Promise<Judgement>;
  /**
   * Whether a line that reports a fault is no finding of the oracle's: the test's own reference holds it too, or the format's
   * judge has an issue for it.
   */
  knows?(stored: Stored, line: FaultLine, parts: Pick<JudgedAttempt, 'attempt' | 'folder'>): Promise<boolean>;
  /** The references with which a judged attempt would pass, where the format has such. */
  golden?(stored: Stored, attempt: Attempt): GoldenText[];
  /** Where scenarios are functions: what came of one so far, for people. */
  outcome?(attempt: AttemptFiles): string;
  /** Folder of the user's that holds them, where it does not follow from the suite's tree. */
  folder?(stored: Stored): string;
}
