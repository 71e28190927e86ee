import { join, resolve } from 'node:path';
import { removeTree } from '../base/door/folders.ts';
import { isPlain, isThere, readPlainJson, readPlainJsonIfPresent } from '../base/door/read.ts';
import { makeFolder, moveTree, writePlain } from '../base/door/write.ts';
import { EspalierError } from '../base/errors.ts';
import { isSignedHere, signed } from '../base/state.ts';
import { type AttemptFile, attemptSchema } from '../model/attempt.ts';
import { issueOf } from '../model/issue-kinds.ts';
import { baselineSchema, type Results, type ScenarioResult } from '../model/results.ts';
import { type RunFile, runSchema } from '../model/run.ts';
import { keyOf, type ScenarioEntry } from '../model/scenario.ts';
import { type Issue, refusesLab, type Verdict, verdictOf, verdictSchema } from '../model/verdict.ts';
import type { Baseline, JudgedAttempt } from '../results/results.ts';
import { type AttemptKey, attemptNumbers, attemptPath } from './layout.ts';
import { beginLiveResults } from './live-results.ts';
import { prunedName, readPruned } from './pruned.ts';

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
  /** This installation made it. What any other one names is a stranger's, and is not executed unasked. */
  readonly isOwn: boolean;
  /** What its results are compared with. */
  readonly baseline: Baseline | undefined;

  private constructor(dir: string, { run, isOwn }: Pick<RunFolder, 'run' | 'isOwn'>) {
    this.dir = dir;
    this.run = run;
    this.isOwn = isOwn;
    const { baseline } = run.options;
    this.baseline = baseline === undefined ? undefined : readBaseline(join(dir, 'baseline.json'));
  }

  /** Makes the folder of a new run. `baseline` is copied in, so that judging needs nothing else. */
  static create(runs: string, run: RunFile, baseline?: string): RunFolder {
    const dir = join(runs, run.id);
    makeFolder(join(dir, 'attempts'));
    if (baseline !== undefined) writePlain(join(dir, 'baseline.json'), baseline);
    writePlain(join(dir, 'run.json'), jsonText(signed(run)));
    return new RunFolder(dir, { run, isOwn: true });
  }

  static open(dir: string): RunFolder {
    const parse = (value: unknown) => ({ run: runSchema.parse(value), isOwn: isSignedHere(value) });
    return new RunFolder(dir, readPlainJson(join(dir, 'run.json'), { parse }));
  }

  attemptDir(key: AttemptKey): string {
    return join(this.dir, attemptPath(key));
  }

  /** An empty folder for an attempt; what an interrupted one left there is removed. */
  prepareAttempt(key: AttemptKey): string {
    const dir = this.attemptDir(key);
    removeTree(dir);
    makeFolder(dir);
    return dir;
  }

  /** Takes a whole attempt that was made elsewhere on this file system. */
  adoptAttempt(key: AttemptKey, from: string): void {
    const dir = this.attemptDir(key);
    if (resolve(from) === resolve(dir)) return;
    removeTree(dir);
    moveTree(from, dir);
  }

  writeAttempt(file: AttemptFile): void {
    writePlain(join(this.attemptDir(file), 'attempt.json'), jsonText(file));
  }

  writeVerdict(key: AttemptKey, verdict: Verdict): void {
    writePlain(join(this.attemptDir(key), 'verdict.json'), jsonText(verdict));
  }

  /** The verdict on an attempt that counts as one without a lab, whatever lies in its folder. */
  writeRefusal(key: AttemptKey, verdict: Verdict): void {
    removeTree(join(this.attemptDir(key), 'attempt.json'));
    this.writeVerdict(key, verdict);
  }

  /** The judged attempts of a scenario. One without a verdict is not over and will be redone. */
  judged(entry: ScenarioEntry): JudgedAttempt[] {
    return this.#places(entry).flatMap(({ attempt, dir }) => judgedIn(dir, attempt) ?? []);
  }

  /** What an attempt was fed with and how its lab ended; `undefined` where there was no lab. */
  attemptFile(key: AttemptKey): AttemptFile | undefined {
    return readPlainJsonIfPresent(join(this.attemptDir(key), 'attempt.json'), attemptSchema);
  }

  /** Folders of attempts whose lab is over, judged or not. */
  finished(entry: ScenarioEntry): AttemptPlace[] {
    return this.#places(entry).filter(({ dir }) => isPlain(join(dir, 'attempt.json')));
  }

  /** Folders of attempts that follow from a lab: finished ones, and those whose `attempt.json` is gone. */
  toJudge(entry: ScenarioEntry): AttemptPlace[] {
    return this.#places(entry).filter(({ dir }) => {
      if (isThere(join(dir, 'attempt.json'))) return true;
      const verdict = readOrIssue(
        () => readPlainJsonIfPresent(join(dir, 'verdict.json'), verdictSchema),
        'verdict.json',
      );
      return verdict !== undefined && ('kind' in verdict || !refusesLab(verdict));
    });
  }

  #places(entry: ScenarioEntry): AttemptPlace[] {
    const numbers = attemptNumbers(this.dir, entry);
    return numbers.map((attempt) => ({ attempt, dir: this.attemptDir({ ...entry, attempt }) }));
  }

  /** A session begins: what earlier ones wrote at their end no longer is the end. */
  beginResults(done: readonly ScenarioResult[]): void {
    beginLiveResults(this.dir, done);
    removeTree(join(this.dir, 'results.json'));
  }

  writeResults(results: Results): void {
    writePlain(join(this.dir, 'results.json'), jsonText(results));
  }
}

/** A judged attempt by its folder. What cannot be read of it makes it `unresolved`, and costs no other attempt. */
function judgedIn(dir: string, attempt: number): JudgedAttempt | undefined {
  const verdict = readOrIssue(() => readPlainJsonIfPresent(join(dir, 'verdict.json'), verdictSchema), 'verdict.json');
  const file = readOrIssue(() => readPlainJsonIfPresent(join(dir, 'attempt.json'), attemptSchema), 'attempt.json');
  if (verdict === undefined) return undefined;
  const mark = readOrIssue(() => readPruned(dir), prunedName);
  if (mark !== undefined && 'kind' in mark) return { attempt, verdict: verdictOf(mark) };
  if (file !== undefined && 'kind' in file) return { attempt, verdict: verdictOf(file) };
  if ('kind' in verdict) return { attempt, verdict: verdictOf(verdict), ...(file && { file }) };
  // What is known of a lab went with its attempt.json, and a verdict of before proves nothing.
  if (file === undefined) return { attempt, verdict: refusesLab(verdict) ? verdict : verdictOf(attemptLost) };
  return { attempt, verdict, file };
}

function readOrIssue<T>(read: () => T, file: string): T | Issue {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return issueOf('unreadable-file', { file, message: error.message });
  }
}

/** Reads the words of an earlier run from its `results.json`. */
export function readBaseline(file: string): Baseline {
  const { results } = readPlainJson(file, baselineSchema);
  return new Map(results.map((result) => [keyOf(result), result.word]));
}
