import { runTasks, type Task } from '../lab/scheduler.ts';
import type { Results, ScenarioResult } from '../model/results.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { keyOf } from '../model/scenario.ts';
import type { Reporters } from '../report/reporter.ts';
import { type JudgedAttempt, verdictOfEntry } from '../results/results.ts';
import { plannedAttempts } from '../results/seeds.ts';
import { keepAttempts } from '../store/keeping.ts';
import { appendLiveResult } from '../store/live-results.ts';
import type { RunFolder } from '../store/run-folder.ts';
import { resultIn, resultsIn } from '../store/run-results.ts';
import { Attempts, type Made } from './attempts.ts';
import type { Executor } from './executor.ts';
import { FaultPolicy } from './fault-policy.ts';
import { missingAttempts, resolved, retryOf } from './planned.ts';
import { estimateMs, Pace } from './progress.ts';

/** All that a session of a run works with. */
export interface SessionInputs {
  readonly folder: RunFolder;
  /** Makes the attempts. */
  readonly executor: Executor;
  /** Attempts judged at once. */
  readonly judges: number;
  /** Wall milliseconds of the last lab of each scenario, by `suite:name`. */
  readonly durations: ReadonlyMap<string, number>;
  /** Places in the order of scenarios, by `suite:name`; absent: the longest comes first. */
  readonly ranks?: ReadonlyMap<string, number> | undefined;
  readonly reporters: Reporters;
  readonly maxFailures?: number | undefined;
  /** The user's request to stop. */
  readonly signal: AbortSignal;
}

/** How a session went. */
export interface SessionEnd {
  readonly results: Results;
  readonly wallMs: number;
  readonly interrupted: boolean;
  /** Why it ended early, where it did by rule. */
  readonly stopped?: string;
  /** Something was Espalier's or this machine's fault. */
  readonly trouble: boolean;
}

/** Runs (the rest of) a run: all attempts that are not on disk yet. */
export function runSession(parts: SessionInputs): Promise<SessionEnd> {
  return new Session(parts).run();
}

class Session {
  readonly #parts: SessionInputs;
  readonly #maker: Attempts;
  readonly #faults = new FaultPolicy();
  /** Judged attempts of scenarios that have no result yet, and results, both by `suite:name`. */
  readonly #attempts = new Map<string, JudgedAttempt[]>();
  readonly #results = new Map<string, ScenarioResult>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #pace = new Pace(0, 1);
  #stopped: string | undefined;
  /** In this session: a resumed run may fail as often again. */
  #unexpected = 0;

  constructor(parts: SessionInputs) {
    this.#parts = parts;
    this.#maker = new Attempts(parts.folder, parts.executor, this.#faults);
    this.#signal = AbortSignal.any([parts.signal, this.#stop.signal]);
  }

  async run(): Promise<SessionEnd> {
    const { folder, executor, judges, reporters, signal } = this.#parts;
    const started = performance.now();
    const { scenarios, id } = folder.run;
    const { slots } = executor;
    const tasks = this.#resume();
    folder.beginResults([...this.#results.values()]);
    const total = tasks.reduce((sum, task) => sum + task.estimateMs, 0);
    this.#pace = new Pace(total, slots);
    reporters.begin({ dir: folder.dir, id, scenarios, done: this.#results.size, jobs: slots });
    for (const entry of scenarios) if (verdictOfEntry(entry) !== undefined) this.#settle(entry);
    await runTasks(tasks, { capacity: { slots, backlog: 2 * slots }, judges, signal: this.#signal });
    const results = resultsIn(folder, [...this.#results.values()]);
    folder.writeResults(results);
    return {
      results,
      wallMs: performance.now() - started,
      interrupted: signal.aborted && !results.complete,
      ...(this.#stopped !== undefined && !results.complete && { stopped: this.#stopped }),
      trouble: this.#faults.trouble,
    };
  }

  /** Takes what is on disk already and returns tasks for the rest. */
  #resume(): Task[] {
    const { folder } = this.#parts;
    const { options, scenarios } = folder.run;
    return scenarios.flatMap((entry) => {
      if (verdictOfEntry(entry) !== undefined) return [];
      const judged = resolved(folder.judged(entry));
      this.#attempts.set(keyOf(entry), judged);
      const missing = missingAttempts(entry, options, judged);
      if (missing.length > 0) return missing.map((attempt) => this.#task(entry, attempt));
      const result = resultIn(folder, entry, judged);
      const retry = result && retryOf(entry, options, result);
      if (retry !== undefined) return [this.#task(entry, retry)];
      if (result !== undefined) this.#results.set(keyOf(entry), result);
      return [];
    });
  }

  #task(entry: ScenarioEntry, attempt: number): Task {
    const estimate = estimateMs(entry, this.#parts.durations);
    const key = { suite: entry.suite, name: entry.name, attempt };
    const rank = this.#parts.ranks?.get(keyOf(entry));
    let made: Made | undefined;
    return {
      estimateMs: estimate,
      ...(rank !== undefined && { rank }),
      make: async () => {
        this.#parts.reporters.attemptBegin(entry, attempt);
        made = await this.#maker.make(key, this.#signal);
        this.#stopFor(this.#faults.reason);
      },
      judge: async () => {
        if (made === undefined) return [];
        this.#pace.add(estimate);
        const judged = await this.#maker.judge(key, made);
        this.#stopFor(this.#faults.reason);
        return judged === undefined ? [] : this.#add(entry, judged);
      },
    };
  }

  /** Once all planned attempts of a scenario are judged it has a result, or is tried again. */
  async #add(entry: ScenarioEntry, judged: JudgedAttempt): Promise<Task[]> {
    const { folder } = this.#parts;
    const attempts = this.#attempts.get(keyOf(entry)) ?? [];
    attempts.push(judged);
    attempts.sort((a, b) => a.attempt - b.attempt);
    this.#attempts.set(keyOf(entry), attempts);
    if (attempts.length < plannedAttempts(folder.run.options)) return [];
    const retry = this.#settle(entry);
    const result = this.#results.get(keyOf(entry));
    if (result !== undefined) await keepAttempts(folder, result);
    return retry;
  }

  /** All attempts so far are judged: reports the result, or asks for another attempt. */
  #settle(entry: ScenarioEntry): Task[] {
    const { folder } = this.#parts;
    const result = resultIn(folder, entry, this.#attempts.get(keyOf(entry)) ?? []);
    if (result === undefined) return [];
    const retry = retryOf(entry, folder.run.options, result);
    if (retry !== undefined) return [this.#task(entry, retry)];
    this.#results.set(keyOf(entry), result);
    this.#report(result);
    return [];
  }

  #report(result: ScenarioResult): void {
    const { folder, reporters, maxFailures } = this.#parts;
    appendLiveResult(folder.dir, result);
    if (!result.expected) this.#unexpected += 1;
    const unexpected = this.#unexpected;
    const leftMs = this.#pace.leftMs();
    const done = this.#results.size;
    const total = folder.run.scenarios.length;
    reporters.result(result, { done, total, unexpected, ...(leftMs !== undefined && { leftMs }) });
    if (maxFailures !== undefined && unexpected >= maxFailures) {
      this.#stopFor(`${unexpected} not as expected, as many as --max-failures allows`);
    }
  }

  #stopFor(reason: string | undefined): void {
    if (reason === undefined) return;
    this.#stopped ??= reason;
    this.#stop.abort();
  }
}
