import { basename, join } from 'node:path';
import { z } from 'zod';
import { bytesOnDisk, namesIn } from '../../base/door/folders.ts';
import { readPlainJsonIfPresent } from '../../base/door/read.ts';
import { moveTree } from '../../base/door/write.ts';
import { describeError, EspalierError } from '../../base/errors.ts';
import { runIds } from '../layout.ts';
import { RunFolder } from '../run-folder.ts';
import { runInUse, tryLockRun } from '../run-lock.ts';
import { median, removeFromDisk } from './disk.ts';
import { type PlannedRun, type PruneLimits, planPrune, type SurveyedRun } from './plan.ts';
import { passingAttempts, resultsOf, thinnableBytes, thinRun, tidyRun } from './run-content.ts';

/** What became of one run, or would. */
export interface PrunedRun {
  readonly id: string;
  readonly action: 'kept' | 'thinned' | 'removed';
  readonly rule?: string;
  /** Why it was left alone, or not removed: it is in use, it cannot be read, another run refers to it. */
  readonly spared?: string;
  /** It could not be read or changed. */
  readonly trouble?: true;
  /** Passing attempts that were packed, and that lost their artifacts. */
  readonly packed: number;
  readonly thinned: number;
  readonly leftovers: number;
  readonly inputs: number;
  /** On disk before and after, bytes. */
  readonly before: number;
  readonly after: number;
  /** Passing attempts that have artifacts after packing, and what one takes on disk on the median, bytes. */
  readonly passing: number;
  readonly passingMedian?: number;
}

/** A folder of runs after pruning, or as it would be. */
export interface PruneOutcome {
  readonly runs: readonly PrunedRun[];
  readonly before: number;
  readonly after: number;
  /** The folder is still larger than it may be. */
  readonly tooLarge: boolean;
  /** Why runs that an earlier call began to remove are still there. */
  readonly troubles: readonly string[];
}

interface PruneOptions {
  readonly limits: PruneLimits;
  readonly dryRun: boolean;
  readonly now: Date;
}

/** Runs that are on their way out: first renamed, so that no reader meets a half of one. */
const outgoing = '.pruned-';

/**
 * Tidies every run that nobody writes to, and thins or removes those that are over the limits. A process that is killed leaves a
 * folder that can be read; the next call completes what it began. A run that cannot be read is left alone, and told.
 */
export async function pruneRuns(runs: string, { limits, dryRun, now }: PruneOptions): Promise<PruneOutcome> {
  const troubles = removeHalves(runs, dryRun);
  const ids = runIds(runs);
  const surveyed: [SurveyedRun, PrunedRun][] = [];
  for (const id of ids) surveyed.push(await survey(runs, id, { ids, dryRun }));
  const plan = planPrune(
    surveyed.map(([run]) => run),
    limits,
    now.getTime(),
  );
  const done: PrunedRun[] = [];
  for (const [at, planned] of plan.runs.entries()) {
    const [surveyedRun, tidied] = surveyed[at] ?? [];
    if (surveyedRun === undefined || tidied === undefined) continue;
    const { thinnable } = surveyedRun;
    done.push(await applied(join(runs, planned.id), planned, { thinnable, tidied, dryRun, now }));
  }
  const total = (key: 'before' | 'after'): number => done.reduce((sum, run) => sum + run[key], 0);
  const after = total('after');
  return {
    runs: done,
    before: total('before'),
    after,
    tooLarge: after > (limits.maxSize?.bytes ?? Number.POSITIVE_INFINITY),
    troubles,
  };
}

/** Each by itself: one that cannot be removed must not stand in the way of all others, now and in every later call. */
function removeHalves(runs: string, dryRun: boolean): string[] {
  const halves = namesIn(runs).filter((name) => name.startsWith(outgoing));
  return halves.flatMap((name) => {
    try {
      removeFromDisk([join(runs, name)], dryRun);
      return [];
    } catch (error) {
      return [problemOf(error)];
    }
  });
}

/** Tidies a run and measures it. */
async function survey(
  runs: string,
  id: string,
  { ids, dryRun }: { readonly ids: readonly string[]; readonly dryRun: boolean },
): Promise<[SurveyedRun, PrunedRun]> {
  const dir = join(runs, id);
  const before = bytesOnDisk(dir);
  const nothing = { id, action: 'kept', packed: 0, thinned: 0, leftovers: 0, inputs: 0, before, passing: 0 } as const;
  const unchanged = { id, started: 0, bytes: before, thinnable: 0, refersTo: [] };
  try {
    const lock = dryRun ? await runInUse(dir) : await tryLockRun(dir, 'prune');
    if (lock !== undefined && 'holder' in lock) {
      const inUse = `in use: ${lock.holder}`;
      const refersTo = referencesOf(RunFolder.open(dir), ids);
      return [
        { ...unchanged, inUse, refersTo },
        { ...nothing, after: before, spared: inUse },
      ];
    }
    using _lock = lock;
    const folder = RunFolder.open(dir);
    const { passing, freed, ...counts } = await tidyRun(folder, resultsOf(folder), dryRun);
    const bytes = dryRun ? before - freed : bytesOnDisk(dir);
    const passingMedian = median(passing.map((attempt) => attempt.bytes));
    const thinnable = thinnableBytes(folder, passing);
    const told = { passing: passing.length, ...(passingMedian !== undefined && { passingMedian }) };
    return [
      { id, started: Date.parse(folder.run.started), bytes, thinnable, refersTo: referencesOf(folder, ids) },
      { ...nothing, ...counts, ...told, after: bytes },
    ];
  } catch (error) {
    const spared = problemOf(error);
    return [
      { ...unchanged, inUse: spared },
      { ...nothing, after: before, spared, trouble: true },
    ];
  }
}

interface Applying {
  /** Bytes that thinning frees. */
  readonly thinnable: number;
  readonly tidied: PrunedRun;
  readonly dryRun: boolean;
  readonly now: Date;
}

async function applied(
  dir: string,
  planned: PlannedRun,
  { thinnable, tidied, dryRun, now }: Applying,
): Promise<PrunedRun> {
  const { action, rule, spared } = planned;
  if (action === 'keep' || rule === undefined) return tidied;
  const told = { ...tidied, rule, ...(spared !== undefined && { spared }) };
  try {
    const lock = dryRun ? undefined : await tryLockRun(dir, 'prune');
    if (lock !== undefined && 'holder' in lock) return { ...tidied, spared: `in use: ${lock.holder}` };
    using _lock = lock;
    if (action === 'remove') {
      if (!dryRun) removeRun(dir);
      return { ...told, action: 'removed', after: 0 };
    }
    const folder = RunFolder.open(dir);
    const attempts = passingAttempts(folder);
    const mark = { version: 1, date: now.toISOString(), rule } as const;
    const inputs = await thinRun(folder, attempts, { mark, dryRun });
    if (attempts.length === 0) return tidied;
    const after = dryRun ? tidied.after - thinnable - inputs.bytes : bytesOnDisk(dir);
    return { ...told, action: 'thinned', thinned: attempts.length, inputs: tidied.inputs + inputs.count, after };
  } catch (error) {
    return { ...tidied, spared: problemOf(error), trouble: true };
  }
}

function removeRun(dir: string): void {
  const away = join(dir, '..', `${outgoing}${dir.split('/').at(-1)}`);
  moveTree(dir, away);
  removeFromDisk([away], false);
}

/** What a run's own files say of other runs: the one whose results are its baseline, the one it replays. */
function referencesOf({ dir, run }: RunFolder, ids: readonly string[]): string[] {
  const baseline = readPlainJsonIfPresent(join(dir, 'baseline.json'), z.object({ run: z.string().optional() }))?.run;
  return [baseline, run.replayOf, ...typedRuns(run, ids)].filter((id) => id !== undefined);
}

/** Replays of earlier versions say what they replay by their command line only: all that it may have meant. */
function typedRuns({ id, command, replayOf }: RunFolder['run'], ids: readonly string[]): readonly string[] {
  const [, name, word] = command;
  if (name !== 'replay' || word === undefined || replayOf !== undefined) return [];
  const before = ids.filter((one) => one < id);
  return word === 'latest' ? before.slice(-1) : before.filter((one) => one.startsWith(basename(word)));
}

function problemOf(error: unknown): string {
  if (error instanceof EspalierError || (error instanceof Error && 'syscall' in error)) return describeError(error);
  throw error;
}
