import { describeError, EspalierError } from '../base/errors.ts';
import { warn } from '../base/log.ts';
import { type AttemptSettings, runAttempt } from '../lab/attempt.ts';
import type { Capacity } from '../lab/choose.ts';
import { runTasks, type Task } from '../lab/scheduler.ts';
import { issueOf, type WeightedKind } from '../model/issue-kinds.ts';
import type { Results, ScenarioResult } from '../model/results.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { keyOf } from '../model/scenario.ts';
import { type Verdict, verdictOf } from '../model/verdict.ts';
import type { Reporters } from '../report/reporter.ts';
import { type JudgedAttempt, verdictOfEntry } from '../results/results.ts';
import { plannedAttempts, seedOfAttempt } from '../results/seeds.ts';
import { keepAttempts } from '../store/keeping.ts';
import { appendLiveResult } from '../store/live-results.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { Judging } from './judging/judging.ts';
import { estimateMs, Pace } from './progress.ts';

/** All that a session of a run works with. */
export interface SessionParts {
  readonly folder: RunFolder;
  readonly judging: Judging;
  readonly settings: AttemptSettings;
  readonly capacity: Capacity;
  readonly judges: number;
  readonly durations: ReadonlyMap<string, number>;
  readonly reporters: Reporters;
  readonly maxFailures?: number | undefined;
  /** The user's wish to stop. */
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

/** Memory of one lab with its judge, MiB. */
const labMemory = 100;
/** So many faults of this machine in a row mean that the next one fails as well. */
const faultsInARow = 5;

/** Runs (the rest of) a run: all attempts that are not on disk yet. */
export function runSession(parts: SessionParts): Promise<SessionEnd> {
  return new Session(parts).run();
}

class Session {
  readonly #parts: SessionParts;
  readonly #results = new Map<string, ScenarioResult>();
  readonly #attempts = new Map<string, JudgedAttempt[]>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #pace = new Pace(0, 1);
  #stopped: string | undefined;
  #trouble = false;
  #faults = 0;
  /** In this session: a resumed run may fail as often again. */
  #unexpected = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#signal = AbortSignal.any([parts.signal, this.#stop.signal]);
  }

  async run(): Promise<SessionEnd> {
    const { folder, capacity, judges, reporters, signal } = this.#parts;
    const started = performance.now();
    const { scenarios, id } = folder.run;
    const tasks = this.#resume();
    folder.beginResults([...this.#results.values()]);
    const total = tasks.reduce((sum, task) => sum + task.estimateMs, 0);
    this.#pace = new Pace(total, capacity.slots);
    reporters.begin({ dir: folder.dir, id, scenarios, done: this.#results.size, jobs: capacity.slots });
    for (const entry of scenarios) if (verdictOfEntry(entry) !== undefined) this.#settle(entry);
    await runTasks(tasks, { capacity, judges, signal: this.#signal });
    const results = folder.summarize([...this.#results.values()]);
    folder.writeResults(results);
    return {
      results,
      wallMs: performance.now() - started,
      interrupted: signal.aborted && !results.complete,
      ...(this.#stopped !== undefined && !results.complete && { stopped: this.#stopped }),
      trouble: this.#trouble,
    };
  }

  /** Takes what is on disk already and returns tasks for the rest. */
  #resume(): Task[] {
    const { folder } = this.#parts;
    const planned = plannedAttempts(folder.run.options);
    const tasks: Task[] = [];
    for (const entry of folder.run.scenarios) {
      if (verdictOfEntry(entry) !== undefined) continue;
      const judged = folder.judged(entry);
      this.#attempts.set(keyOf(entry), judged);
      const missing = Array.from({ length: planned }, (_, attempt) => attempt).filter(
        (attempt) => !judged.some((one) => one.attempt === attempt),
      );
      tasks.push(...missing.map((attempt) => this.#task(entry, attempt)));
      if (missing.length > 0) continue;
      const result = folder.result(entry, judged);
      const retry = this.#retry(entry, result);
      if (retry !== undefined) tasks.push(retry);
      else if (result !== undefined) this.#results.set(keyOf(entry), result);
    }
    return tasks;
  }

  #task(entry: ScenarioEntry, attempt: number): Task {
    const estimate = estimateMs(entry, this.#parts.durations);
    let judged: Omit<JudgedAttempt, 'attempt'> | undefined;
    return {
      estimateMs: estimate,
      memory: labMemory,
      lab: async () => {
        judged = await this.#lab(entry, attempt);
      },
      judge: async () => {
        if (judged === undefined) return [];
        this.#pace.add(estimate);
        return this.#judge(entry, { attempt, ...judged });
      },
    };
  }

  /** Runs the lab. Without one there is a verdict at once; after a stop there is nothing. */
  async #lab(entry: ScenarioEntry, attempt: number): Promise<Omit<JudgedAttempt, 'attempt'> | undefined> {
    const { folder, judging, reporters } = this.#parts;
    const key = { suite: entry.suite, name: entry.name, attempt };
    const dir = folder.prepareAttempt(key);
    const suite = judging.suites.get(entry.suite);
    if (suite === undefined) throw new EspalierError('bug', `suite ${entry.suite} is not open`);
    reporters.attemptBegin(entry, attempt);
    try {
      const load = () => suite.load(entry.name);
      const store = (loaded: Awaited<ReturnType<typeof load>>) => judging.store(folder.dir, dir, loaded);
      const order = { entry, attempt, dir, load, store, signal: this.#signal };
      const file = await runAttempt(order, this.#settingsOf(attempt));
      folder.writeAttempt(file);
      this.#faults = 0;
      return { verdict: unjudged, file };
    } catch (error) {
      return this.#failure(error, { ...key, kind: 'no-lab' });
    }
  }

  #settingsOf(attempt: number): AttemptSettings {
    const { folder, settings } = this.#parts;
    const seed = seedOfAttempt(folder.run.options, attempt);
    return { ...settings, seed: seed === undefined ? undefined : BigInt(seed) };
  }

  async #judge(entry: ScenarioEntry, ran: JudgedAttempt): Promise<Task[]> {
    const { folder, judging } = this.#parts;
    const key = { suite: entry.suite, name: entry.name, attempt: ran.attempt };
    let judged: JudgedAttempt | undefined = ran;
    if (ran.verdict === unjudged) {
      const dir = folder.attemptDir(key);
      try {
        const verdict = await judging.judge(folder.dir, dir);
        judged = { ...ran, verdict };
      } catch (error) {
        const failure = this.#failure(error, { ...key, kind: 'no-judgement' });
        judged = failure && { ...ran, ...failure };
      }
    }
    if (judged === undefined) return [];
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

  /** An error becomes a verdict of its own; never `failed`, and nobody else's. */
  #failure(
    error: unknown,
    place: { readonly suite: string; readonly name: string; readonly attempt: number; readonly kind: WeightedKind },
  ): Omit<JudgedAttempt, 'attempt'> | undefined {
    const fault = error instanceof EspalierError ? error.fault : 'bug';
    if (fault === 'cancelled') return undefined;
    const { folder } = this.#parts;
    if (fault === 'scenario' || fault === 'guest') this.#faults = 0;
    else {
      this.#trouble = true;
      this.#faults += 1;
      warn(`${place.suite}:${place.name}: ${describeError(error)}`);
      if (this.#faults >= faultsInARow) this.#stopFor(`${faultsInARow} scenarios in a row met trouble on this machine`);
    }
    const verdict = verdictOf(issueOf(place.kind, { message: describeError(error) }));
    folder.writeVerdict(place, verdict);
    return { verdict };
  }

  /** All attempts so far are judged: tells the result, or asks for another attempt. */
  #settle(entry: ScenarioEntry): Task[] {
    const { folder, reporters, maxFailures } = this.#parts;
    const result = folder.result(entry, this.#attempts.get(keyOf(entry)) ?? []);
    if (result === undefined) return [];
    const retry = this.#retry(entry, result);
    if (retry !== undefined) return [retry];
    this.#results.set(keyOf(entry), result);
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
    return [];
  }

  #retry(entry: ScenarioEntry, result: ScenarioResult | undefined): Task | undefined {
    const { options } = this.#parts.folder.run;
    if (verdictOfEntry(entry) !== undefined) return undefined;
    if (result === undefined || result.expected || result.word === 'nondeterminism') return undefined;
    const next = (result.attempts.at(-1)?.attempt ?? -1) + 1;
    return next < plannedAttempts(options) + options.retries ? this.#task(entry, next) : undefined;
  }

  #stopFor(reason: string): void {
    this.#stopped ??= reason;
    this.#stop.abort();
  }
}

/** Stands in until the judge has spoken. */
const unjudged: Verdict = verdictOf(issueOf('unjudged', { message: 'not judged yet' }));
