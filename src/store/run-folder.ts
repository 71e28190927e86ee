import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readJson, readJsonIfPresent, writeAtomic } from '../base/files.ts';
import { type AttemptFile, attemptSchema } from '../model/attempt.ts';
import { issueOf } from '../model/issue-kinds.ts';
import { baselineSchema, type Results, type ScenarioResult } from '../model/results.ts';
import { type RunFile, runSchema } from '../model/run.ts';
import { keyOf, type ScenarioEntry } from '../model/scenario.ts';
import { refusesLab, type Verdict, verdictOf, verdictSchema } from '../model/verdict.ts';
import type { Baseline, JudgedAttempt } from '../results/results.ts';
import { type AttemptKey, attemptNumbers, attemptPath } from './layout.ts';
import { beginLiveResults } from './live-results.ts';

/** Text of a JSON file of the store: indented, so that people and diffs can read it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}

/** An attempt's number and folder. */
export interface AttemptPlace {
  readonly attempt: number;
  readonly dir: string;
}

const attemptLost = issueOf('unreadable-file', { file: 'attempt.json', message: 'does not exist' });

/** One run on disk. Raw files are written once; `verdict.json` and `results.json` are derived. */
export class RunFolder {
  readonly dir: string;
  readonly run: RunFile;
  /** What its results are compared with. */
  readonly baseline: Baseline | undefined;

  private constructor(dir: string, run: RunFile) {
    this.dir = dir;
    this.run = run;
    const { baseline } = run.options;
    this.baseline = baseline === undefined ? undefined : readBaseline(join(dir, 'baseline.json'));
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
      if (verdict === undefined) continue;
      // What is known of a lab went with its attempt.json, and a verdict of before proves nothing.
      if (file === undefined) found.push({ attempt, verdict: refusesLab(verdict) ? verdict : verdictOf(attemptLost) });
      else found.push({ attempt, verdict, file });
    }
    return found;
  }

  /** What an attempt was fed with and how its lab ended; `undefined` where there was no lab. */
  attemptFile(key: AttemptKey): AttemptFile | undefined {
    return readJsonIfPresent(join(this.attemptDir(key), 'attempt.json'), attemptSchema);
  }

  /** Folders of attempts whose lab is over, judged or not. */
  finished(entry: ScenarioEntry): AttemptPlace[] {
    return this.#places(entry).filter(({ dir }) => existsSync(join(dir, 'attempt.json')));
  }

  /** Folders of attempts that follow from a lab: finished ones, and those whose `attempt.json` is gone. */
  toJudge(entry: ScenarioEntry): AttemptPlace[] {
    return this.#places(entry).filter(({ dir }) => {
      if (existsSync(join(dir, 'attempt.json'))) return true;
      const verdict = readJsonIfPresent(join(dir, 'verdict.json'), verdictSchema);
      return verdict !== undefined && !refusesLab(verdict);
    });
  }

  #places(entry: ScenarioEntry): AttemptPlace[] {
    const numbers = attemptNumbers(this.dir, entry);
    return numbers.map((attempt) => ({ attempt, dir: this.attemptDir({ ...entry, attempt }) }));
  }

  /** A session begins: what earlier ones wrote at their end no longer is the end. */
  beginResults(done: readonly ScenarioResult[]): void {
    beginLiveResults(this.dir, done);
    rmSync(join(this.dir, 'results.json'), { force: true });
  }

  writeResults(results: Results): void {
    writeAtomic(join(this.dir, 'results.json'), jsonText(results));
  }
}

/** Reads the words of an earlier run from its `results.json`. */
export function readBaseline(file: string): Baseline {
  const { results } = readJson(file, baselineSchema);
  return new Map(results.map((result) => [keyOf(result), result.word]));
}
