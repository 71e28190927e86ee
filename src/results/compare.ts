import type { Change, ScenarioResult } from '../model/results.ts';
import { keyOf } from '../model/scenario.ts';
import { type CategoryCounts, categoryCounts } from './categories.ts';
import { changeOf } from './results.ts';

/** Which duration of its last attempt a test is measured by. */
export const measures = {
  /** Time in the lab: no matter of the machine's load. */
  virtual: (time) => Number(time.virtualNs) / 1e6,
  wall: (time) => time.wallMs,
  cpu: (time) => time.labCpuMs,
} as const satisfies Readonly<
  Record<string, (time: NonNullable<ScenarioResult['attempts'][number]['time']>) => number>
>;

export type Measure = keyof typeof measures;

/** When a test counts as slower. */
export interface SlowerThan {
  readonly measure: Measure;
  /** So many times as long as before. */
  readonly ratio: number;
  /** And at least so many milliseconds longer: short tests double by chance. */
  readonly leastMs: number;
}

/** What counts as slower unless something else is asked for. */
export const usuallySlower: SlowerThan = { measure: 'virtual', ratio: 1.5, leastMs: 1000 };

/** A test of both runs. */
export interface Pairing {
  readonly test: string;
  readonly before: ScenarioResult['word'];
  readonly now: ScenarioResult['word'];
  /** What is seen now and was not before, of a test that changed: the first issue's message. */
  readonly why?: string;
}

/** A test that takes longer. */
export interface SlowerTest {
  readonly test: string;
  readonly beforeMs: number;
  readonly nowMs: number;
}

/** How a run differs from another. */
export interface RunComparison {
  readonly before: string;
  readonly now: string;
  /** Tests that both have. */
  readonly common: number;
  readonly changes: Readonly<Record<Change, readonly Pairing[]>>;
  /** Of all tests of each run. */
  readonly categories: { readonly before: CategoryCounts; readonly now: CategoryCounts };
  readonly slower: readonly SlowerTest[];
  /** Tests that one of the runs has a result of. */
  readonly onlyBefore: readonly string[];
  readonly onlyNow: readonly string[];
}

/** Results of a run, with its id. */
export interface ComparedRun {
  readonly run: string;
  readonly results: readonly ScenarioResult[];
}

/** Compares the results of two runs. A change is what it is against a baseline (`changeOf`). */
export function compareRuns(before: ComparedRun, now: ComparedRun, slower: SlowerThan): RunComparison {
  const old = new Map(before.results.map((result) => [keyOf(result), result]));
  const keys = new Set(now.results.map(keyOf));
  const changes: Record<Change, Pairing[]> = { 'newly failing': [], changed: [], 'newly passing': [] };
  const slowerTests: SlowerTest[] = [];
  let common = 0;
  for (const result of now.results) {
    const past = old.get(keyOf(result));
    if (past === undefined) continue;
    common += 1;
    const change = changeOf(result.word, past.word);
    const why = result.issues[0]?.message;
    const pairing = { test: keyOf(result), before: past.word, now: result.word, ...(why !== undefined && { why }) };
    if (change !== undefined) changes[change].push(pairing);
    const times = slowerTimes(past, result, slower);
    if (times !== undefined) slowerTests.push({ test: keyOf(result), ...times });
  }
  return {
    before: before.run,
    now: now.run,
    common,
    changes,
    categories: { before: categoryCounts(before.results), now: categoryCounts(now.results) },
    slower: slowerTests.sort((a, b) => b.nowMs / b.beforeMs - a.nowMs / a.beforeMs),
    onlyBefore: [...old.keys()].filter((key) => !keys.has(key)),
    onlyNow: [...keys].filter((key) => !old.has(key)),
  };
}

/** Only of tests with one word: another course of events takes another time. */
function slowerTimes(
  before: ScenarioResult,
  now: ScenarioResult,
  { measure, ratio, leastMs }: SlowerThan,
): Omit<SlowerTest, 'test'> | undefined {
  const lasts = [before, now].map(({ attempts }) => attempts.at(-1));
  // Without virtual time the lab's clock runs with the machine's load.
  if (measure === 'virtual' && lasts.some((last) => last?.lacks?.includes('virtualTime'))) return undefined;
  const [a, b] = lasts.map((last) => last?.time);
  if (before.word !== now.word || a === undefined || b === undefined) return undefined;
  const [beforeMs, nowMs] = [measures[measure](a), measures[measure](b)];
  return nowMs >= ratio * beforeMs && nowMs - beforeMs >= leastMs ? { beforeMs, nowMs } : undefined;
}

/** Nothing that was right is wrong now, nothing wrong is wrong in another way, and nothing that passed is left out. */
export function isNoWorse({ changes }: RunComparison): boolean {
  const worse = changes.changed.filter(({ before, now }) => now !== 'unsupported' || before === 'passed');
  return changes['newly failing'].length === 0 && worse.length === 0;
}
