import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readJson, readJsonIfPresent, writeAtomic } from '../base/files.ts';
import type { AttemptFile } from '../model/attempt.ts';
import { attemptSchema } from '../model/attempt.ts';
import type { Results, ScenarioResult } from '../model/results.ts';
import { baselineSchema } from '../model/results.ts';
import { type RunFile, runSchema } from '../model/run.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { verdictSchema } from '../model/verdict.ts';
import { clustersOf } from '../results/differences.ts';
import { compareAttempts } from '../results/repeats.ts';
import { type Baseline, type JudgedAttempt, resultOf, summarize } from '../results/results.ts';
import { type AttemptKey, attemptNumbers, attemptPath } from './layout.ts';
import { beginLiveResults } from './live-results.ts';
import { readPruned } from './pruned.ts';

/** Text of a JSON file of the store: indented, so that people and diffs can read it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}

/** One run on disk. Raw files are written once; `verdict.json` and `results.json` are derived. */
export class RunFolder {
  readonly dir: string;
  readonly run: RunFile;
  readonly #baseline: Baseline | undefined;

  private constructor(dir: string, run: RunFile) {
    this.dir = dir;
    this.run = run;
    const { baseline } = run.options;
    this.#baseline = baseline === undefined ? undefined : readBaseline(join(dir, 'baseline.json'));
  }

  /** Makes the folder of a new run. `baseline` is copied in, so that judging needs nothing else. */
  static create(runs: string, run: RunFile, baseline?: string): RunFolder {
    const dir = join(runs, run.id);
    mkdirSync(join(dir, 'attempts'), { recursive: true });
    if (baseline !== undefined) writeAtomic(join(dir, 'baseline.json'), baseline);
    writeAtomic(join(dir, 'run.json'), jsonText(run));
    return new RunFolder(dir, run);
  }

  static open(dir: string): RunFolder {
    return new RunFolder(dir, readJson(join(dir, 'run.json'), runSchema));
  }

  attemptDir(key: AttemptKey): string {
    return join(this.dir, attemptPath(key));
  }

  /** An empty folder for an attempt; what an interrupted one left there is removed. */
  prepareAttempt(key: AttemptKey): string {
    const dir = this.attemptDir(key);
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    return dir;
  }

  /** Takes a whole attempt that was made elsewhere on this file system. */
  adoptAttempt(key: AttemptKey, from: string): void {
    const dir = this.attemptDir(key);
    if (resolve(from) === resolve(dir)) return;
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dirname(dir), { recursive: true });
    renameSync(from, dir);
  }

  writeAttempt(file: AttemptFile): void {
    writeAtomic(join(this.attemptDir(file), 'attempt.json'), jsonText(file));
  }

  writeVerdict(key: AttemptKey, verdict: Verdict): void {
    writeAtomic(join(this.attemptDir(key), 'verdict.json'), jsonText(verdict));
  }

  /** The verdict on an attempt that counts as one without a lab, whatever lies in its folder. */
  writeRefusal(key: AttemptKey, verdict: Verdict): void {
    rmSync(join(this.attemptDir(key), 'attempt.json'), { force: true });
    this.writeVerdict(key, verdict);
  }

  /** The judged attempts of a scenario. One without a verdict is not over and will be redone. */
  judged(entry: ScenarioEntry): JudgedAttempt[] {
    const found: JudgedAttempt[] = [];
    for (const attempt of attemptNumbers(this.dir, entry)) {
      const dir = this.attemptDir({ ...entry, attempt });
      const verdict = readJsonIfPresent(join(dir, 'verdict.json'), verdictSchema);
      const file = readJsonIfPresent(join(dir, 'attempt.json'), attemptSchema);
      if (verdict !== undefined) found.push({ attempt, verdict, ...(file && { file }) });
    }
    return found;
  }

  /** What an attempt was fed with and how its lab ended; `undefined` where there was no lab. */
  attemptFile(key: AttemptKey): AttemptFile | undefined {
    return readJsonIfPresent(join(this.attemptDir(key), 'attempt.json'), attemptSchema);
  }

  /** Folders of attempts whose lab is over, judged or not. */
  finished(entry: ScenarioEntry): { readonly attempt: number; readonly dir: string }[] {
    return attemptNumbers(this.dir, entry)
      .map((attempt) => ({ attempt, dir: this.attemptDir({ ...entry, attempt }) }))
      .filter(({ dir }) => existsSync(join(dir, 'attempt.json')));
  }

  /** The result of a scenario from its judged attempts; `undefined` while there is none. */
  result(entry: ScenarioEntry, attempts: readonly JudgedAttempt[]): ScenarioResult | undefined {
    return resultOf(entry, attempts, { baseline: this.#baseline, difference: this.#difference(entry, attempts) });
  }

  /** Rebuilds all results from the attempts on disk. */
  rebuild(): Results {
    const results = this.run.scenarios.map((entry) => this.result(entry, this.judged(entry)));
    return this.summarize(results.filter((result) => result !== undefined));
  }

  /** Results of the whole run, with what their differences have in common. */
  summarize(results: readonly ScenarioResult[]): Results {
    const summary = summarize(this.run.id, this.run.scenarios, results);
    const clusters = clustersOf(this.dir, summary.results);
    return clusters.length === 0 ? summary : { ...summary, clusters };
  }

  /** A session begins: what earlier ones wrote at their end no longer is the end. */
  beginResults(done: readonly ScenarioResult[]): void {
    beginLiveResults(this.dir, done);
    rmSync(join(this.dir, 'results.json'), { force: true });
  }

  writeResults(results: Results): void {
    writeAtomic(join(this.dir, 'results.json'), jsonText(results));
  }

  /** Repeats of one seed are compared; an attempt that the wall clock cut short says nothing. */
  #difference(entry: ScenarioEntry, attempts: readonly JudgedAttempt[]) {
    const firsts = new Map<string, string>();
    for (const { attempt, file } of attempts) {
      const seed = file?.inputs.seed;
      if (file === undefined || seed === undefined || isCutShort(file)) continue;
      const dir = this.attemptDir({ ...entry, attempt });
      // It was as the others when it was pruned, or it would not have been.
      if (readPruned(dir) !== undefined) continue;
      const first = firsts.get(seed);
      const issue = first === undefined ? undefined : compareAttempts(first, dir);
      if (issue !== undefined) return issue;
      if (first === undefined) firsts.set(seed, dir);
    }
    return undefined;
  }
}

/** The wall clock ended the lab: how far it came is no matter of its seed. */
export function isCutShort({ end }: AttemptFile): boolean {
  return end.word === 'livelock' || end.word === 'lab-died' || end.word === 'cancelled';
}

/** Reads the words of an earlier run from its `results.json`. */
export function readBaseline(file: string): Baseline {
  const { results } = readJson(file, baselineSchema);
  return new Map(results.map(({ suite, name, word }) => [`${suite}:${name}`, word]));
}
