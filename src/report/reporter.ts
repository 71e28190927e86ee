import type { Results, ScenarioResult } from '../model/results.ts';
import type { ScenarioEntry } from '../model/scenario.ts';

/** What a reporter learns before anything runs. */
export interface ReportStart {
  /** Folder of the run. */
  readonly dir: string;
  readonly id: string;
  readonly scenarios: readonly ScenarioEntry[];
  /** How many of them an earlier session of this run has done. */
  readonly done: number;
  readonly jobs: number;
}

/** How far the run is when a result comes in. */
export interface ReportProgress {
  readonly done: number;
  readonly total: number;
  readonly unexpected: number;
  /** Estimate of the time left; absent while nothing is known. */
  readonly leftMs?: number;
}

/** What the command that runs a scenario again is made of. */
export interface Rerun {
  /** Words between `espalier run` and the name. */
  readonly options: readonly string[];
  /** Absolute paths of suites that the run calls by a part of them, by that name. */
  readonly paths: Readonly<Record<string, string>>;
}

/** What a reporter learns at the end. */
export interface ReportEnd {
  readonly dir: string;
  readonly results: Results;
  /** Of the session; absent where a stored run is shown. */
  readonly wallMs?: number;
  readonly interrupted: boolean;
  /** Why the run ended early, where it did by rule. */
  readonly stopped?: string;
  readonly rerun: Rerun;
}

/**
 * A view of a run. All hooks are optional and only look on: what one throws is reported, turns
 * the exit code to 2 and keeps that reporter out of the rest, and the run goes on.
 */
export interface Reporter {
  /** Called once, before the first attempt. */
  begin?(start: ReportStart): void;
  /** Called when a lab is about to be started. */
  attemptBegin?(entry: ScenarioEntry, attempt: number): void;
  /** Called once per scenario, in the order in which they end. */
  result?(result: ScenarioResult, progress: ReportProgress): void;
  /** Called once, after all else; awaited. */
  end?(end: ReportEnd): void | Promise<void>;
}

/** How text is written. */
export interface TextStyle {
  /** A terminal: lines may be redrawn and coloured. */
  readonly terminal: boolean;
}

/** Where a reporter writes. */
export interface Sink extends TextStyle {
  write(text: string): void;
  readonly columns: number;
}

/** Passes events to several reporters and keeps their mistakes to themselves. */
export class Reporters implements Required<Reporter> {
  readonly #reporters: Map<string, Reporter>;
  /** What reporters threw, by name of the reporter. */
  readonly failures: { readonly reporter: string; readonly error: unknown }[] = [];

  constructor(reporters: ReadonlyMap<string, Reporter>) {
    this.#reporters = new Map(reporters);
  }

  begin(start: ReportStart): void {
    this.#each((reporter) => reporter.begin?.(start));
  }

  attemptBegin(entry: ScenarioEntry, attempt: number): void {
    this.#each((reporter) => reporter.attemptBegin?.(entry, attempt));
  }

  result(result: ScenarioResult, progress: ReportProgress): void {
    this.#each((reporter) => reporter.result?.(result, progress));
  }

  async end(end: ReportEnd): Promise<void> {
    for (const [name, reporter] of this.#reporters) {
      try {
        await reporter.end?.(end);
      } catch (error) {
        this.#drop(name, error);
      }
    }
  }

  #each(hook: (reporter: Reporter) => void): void {
    for (const [name, reporter] of this.#reporters) {
      try {
        hook(reporter);
      } catch (error) {
        this.#drop(name, error);
      }
    }
  }

  #drop(reporter: string, error: unknown): void {
    this.#reporters.delete(reporter);
    this.failures.push({ reporter, error });
  }
}
