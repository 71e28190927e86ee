/** What judging stored attempts costs, by this tree and by another one in turns, and whether all say the same. */
import { cpSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { judgeAttempt } from '../../src/session/judging/judge-attempt.ts';
import { attemptFileNames, readAttemptFile } from '../../src/store/attempt-files.ts';

/** As `judgeAttempt` of any version. */
type Judge = (attemptDir: string, options: { readonly runDir: string; readonly cache: string }) => Promise<unknown>;

/** CPU per attempt, ms. */
export interface JudgeCost {
  readonly median: number;
  readonly p95: number;
  readonly mean: number;
}

/** What came of judging all attempts of a run. */
export interface Rejudged {
  readonly attempts: number;
  readonly ours: JudgeCost;
  readonly other?: JudgeCost;
  /** Attempts, below the run, of which not all judgements gave the same bytes, the stored one included. */
  readonly different: readonly string[];
}

/** What is judged, and by whom. */
export interface RejudgeWish {
  readonly runDir: string;
  /** An empty folder. */
  readonly work: string;
  /** A module of another tree that exports `judgeAttempt`. */
  readonly other?: string | undefined;
  /** An attempt costs what it cost in the best of these. */
  readonly rounds: number;
}

/**
 * Judges a copy of a run several times in this process. A round more comes first, which fills caches (sanitized texts, compiled
 * code) and counts for nothing.
 */
export async function rejudge({ runDir, work, other, rounds }: RejudgeWish): Promise<Rejudged> {
  const copy = join(work, 'run');
  cpSync(runDir, copy, { recursive: true });
  const attempts = globSync('attempts/*/*/*/attempt.json', { cwd: copy }).map(dirname).sort();
  const judges: Judge[] = [judgeAttempt];
  if (other !== undefined) judges.push((await import(pathToFileURL(other).href)).judgeAttempt);
  const own = await measuring();
  const best = judges.map(() => new Map<string, number>());
  const judged = new Map(attempts.map((attempt) => [attempt, filesOf(join(copy, attempt))]));
  const different = new Set<string>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, judge] of judges.entries()) {
      for (const attempt of attempts) {
        const dir = join(copy, attempt);
        const cpu = await cpuOf(() => judge(dir, { runDir: copy, cache: join(work, 'sanitized') }));
        if (round > 0) best[index]?.set(attempt, Math.min(cpu - own, best[index].get(attempt) ?? cpu));
        const files = filesOf(dir);
        if (!agree(files, judged.get(attempt) ?? files)) different.add(attempt);
        judged.set(attempt, files);
      }
    }
  }
  const [ours, theirs] = best.map((one) => costOf([...one.values()]));
  return {
    attempts: attempts.length,
    ours: ours as JudgeCost,
    ...(theirs && { other: theirs }),
    different: [...different],
  };
}

/** What it costs to look at the clock of CPU time, which is part of all that `cpuOf` measures. */
async function measuring(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 100; count += 1) least = Math.min(least, await cpuOf(async () => {}));
  return least;
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** All that judging wrote, by name. */
function filesOf(dir: string): Map<string, string> {
  const derived = [...attemptFileNames(dir, 'derived')].map((name) => `derived/${name}`);
  return new Map(
    ['verdict.json', ...derived].map((name) => [name, readAttemptFile(dir, name)?.toString('latin1') ?? '']),
  );
}

/** Versions may leave files that others do not know; those that both have are equal. */
function agree(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return [...one].every(([name, bytes]) => (other.get(name) ?? bytes) === bytes);
}

function costOf(values: readonly number[]): JudgeCost {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95), mean: sorted.reduce((sum, one) => sum + one, 0) / sorted.length };
}
