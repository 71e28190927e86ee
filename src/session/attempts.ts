import { join } from 'node:path';
import { isThere, readPlainJson } from '../base/door/read.ts';
import { describeError, EspalierError } from '../base/errors.ts';
import { warn } from '../base/log.ts';
import { type AttemptFile, attemptSchema } from '../model/attempt.ts';
import { issueOf, type WeightedKind } from '../model/issue-kinds.ts';
import { type Verdict, verdictOf, verdictSchema } from '../model/verdict.ts';
import type { JudgedAttempt } from '../results/results.ts';
import { seedOfAttempt } from '../results/seeds.ts';
import type { AttemptKey } from '../store/layout.ts';
import type { RunFolder } from '../store/run-folder.ts';
import type { Executor } from './executor.ts';
import type { FaultPolicy } from './fault-policy.ts';
import { judgeAttempt } from './judging/judge-attempt.ts';
import { SharedCpu } from './judging/shared-cpu.ts';

/** An attempt that was made, or the verdict that says why it was not. */
export type Made = { readonly file: AttemptFile } | { readonly verdict: Verdict };

/**
 * Has attempts made by an executor, and judges them. What goes wrong becomes a verdict of its own: `unresolved`, never `failed`,
 * and nobody else's.
 */
export class Attempts {
  readonly #folder: RunFolder;
  readonly #executor: Executor;
  readonly #faults: FaultPolicy;
  readonly #cpu = new SharedCpu();

  constructor(folder: RunFolder, executor: Executor, faults: FaultPolicy) {
    this.#folder = folder;
    this.#executor = executor;
    this.#faults = faults;
  }

  /** `undefined`: it was given up, and there is nothing of it. */
  async make(key: AttemptKey, signal: AbortSignal): Promise<Made | undefined> {
    try {
      const dir = await this.#executor.run(key, signal);
      const file = this.#checked(key, dir);
      this.#folder.adoptAttempt(key, dir);
      this.#faults.made();
      return { file };
    } catch (error) {
      const failure = this.#failure(error, key, 'no-lab');
      if (failure !== undefined) this.#folder.writeRefusal(key, failure.verdict);
      return failure;
    }
  }

  /** The verdict that came with the attempt, else that of its files. */
  async judge(key: AttemptKey, made: Made): Promise<JudgedAttempt | undefined> {
    if ('verdict' in made) return { attempt: key.attempt, ...made };
    const dir = this.#folder.attemptDir(key);
    try {
      const given = join(dir, 'verdict.json');
      const verdict = isThere(given) ? readPlainJson(given, verdictSchema) : await this.#judged(dir, made.file);
      return { attempt: key.attempt, verdict, ...made };
    } catch (error) {
      const failure = this.#failure(error, key, 'no-judgement');
      if (failure === undefined) return undefined;
      this.#folder.writeVerdict(key, failure.verdict);
      return { attempt: key.attempt, ...made, ...failure };
    }
  }

  /** Judged for the first time, so what that costs is known only now: the one thing that is added to `attempt.json`. */
  async #judged(dir: string, file: AttemptFile): Promise<Verdict> {
    const { value, ms } = await this.#cpu.measure(() => judgeAttempt(dir, { runDir: this.#folder.dir, file }));
    if (file.cost !== undefined)
      this.#folder.writeAttempt({ ...file, cost: { ...file.cost, judgingCpuMs: Math.round(ms) } });
    return value;
  }

  /** What an executor hands back has to be what it was asked for: another test's attempt would be another test's verdict. */
  #checked({ suite, name, attempt }: AttemptKey, dir: string): AttemptFile {
    const file = readPlainJson(join(dir, 'attempt.json'), attemptSchema);
    const seed = file.lacks?.includes('seeds') ? undefined : seedOfAttempt(this.#folder.run.options, attempt);
    const wanted = { suite, name, attempt, seed };
    const found = { suite: file.suite, name: file.name, attempt: file.attempt, seed: file.inputs.seed };
    if (JSON.stringify(wanted) === JSON.stringify(found)) return file;
    throw new EspalierError(
      'infrastructure',
      `attempt ${attempt} of ${suite}:${name} is not the attempt that was asked for`,
      {
        file: join(dir, 'attempt.json'),
        output: JSON.stringify(found),
      },
    );
  }

  #failure(error: unknown, key: AttemptKey, kind: WeightedKind): { readonly verdict: Verdict } | undefined {
    const fault = error instanceof EspalierError ? error.fault : 'bug';
    if (fault === 'cancelled') return undefined;
    if (this.#faults.failed(fault)) warn(`${key.suite}:${key.name}: ${describeError(error)}`);
    return { verdict: verdictOf(issueOf(kind, { message: describeError(error) })) };
  }
}
