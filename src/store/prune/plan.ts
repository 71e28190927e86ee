/** Limits to what a folder of runs may hold. */
export interface PruneLimits {
  /** So many of the newest runs are not touched. */
  readonly keepRuns: number;
  /** `keepRuns` is itself a limit: all other runs are over it. */
  readonly onlyNewest: boolean;
  /** Wall milliseconds since a run began. */
  readonly olderThan?: { readonly milliseconds: number; readonly rule: string };
  /** Of the whole folder, bytes on disk. */
  readonly maxSize?: { readonly bytes: number; readonly rule: string };
  /** Runs that are over a limit go whole. */
  readonly remove: boolean;
}

/** What is known of a run when it is decided. */
export interface SurveyedRun {
  readonly id: string;
  /** Wall milliseconds since 1970 at which it began. */
  readonly started: number;
  /** On disk, bytes. */
  readonly bytes: number;
  /** Bytes of it that go when it is thinned. */
  readonly thinnable: number;
  /** Who writes to it right now. */
  readonly inUse?: string;
  /** Runs that it was compared with, or is a replay of. */
  readonly refersTo: readonly string[];
}

/** `thin`: passes lose their artifacts. */
export type PruneAction = 'keep' | 'thin' | 'remove';

export interface PlannedRun {
  readonly id: string;
  readonly action: PruneAction;
  /** The limit that it is over: `--older-than 30d`. */
  readonly rule?: string;
  /** Why less is done than a limit asks for. */
  readonly spared?: string;
}

/** A plan, and the bytes that the folder will have where it is followed. */
export interface PrunePlan {
  readonly runs: readonly PlannedRun[];
  readonly bytes: number;
}

/**
 * Decides what becomes of each run. `runs` are in order of time. A run in use and the newest ones are kept; one that another
 * run, which stays, refers to is never removed. For the size, the oldest runs are thinned first, and only then removed.
 */
export function planPrune(runs: readonly SurveyedRun[], limits: PruneLimits, now: number): PrunePlan {
  const newest = new Set(runs.slice(Math.max(0, runs.length - limits.keepRuns)).map(({ id }) => id));
  const touchable = runs.filter(({ id, inUse }) => !newest.has(id) && inUse === undefined);
  const plan = new Map<string, PlannedRun>(runs.map(({ id }) => [id, { id, action: 'keep' }]));
  for (const run of touchable) {
    const rule = ruleOver(run, limits, now);
    if (rule !== undefined) plan.set(run.id, { id: run.id, action: limits.remove ? 'remove' : 'thin', rule });
  }
  // Newest first: what a run that goes refers to may go with it.
  for (const run of touchable.toReversed()) {
    const planned = plan.get(run.id);
    const referrer = planned?.action === 'remove' ? referrerOf(run.id, runs, plan) : undefined;
    if (planned !== undefined && referrer !== undefined)
      plan.set(run.id, { ...planned, action: 'thin', spared: `run ${referrer} refers to it` });
  }
  if (limits.maxSize !== undefined) fit(limits.maxSize, { runs, touchable, plan, remove: limits.remove });
  return { runs: runs.flatMap(({ id }) => plan.get(id) ?? []), bytes: bytesAfter(runs, plan) };
}

function ruleOver({ started }: SurveyedRun, limits: PruneLimits, now: number): string | undefined {
  const { olderThan, onlyNewest, keepRuns } = limits;
  if (olderThan !== undefined && now - started > olderThan.milliseconds) return olderThan.rule;
  return onlyNewest ? `--keep-runs ${keepRuns}` : undefined;
}

type Plan = Map<string, PlannedRun>;

/** A run that stays and refers to this one. */
function referrerOf(id: string, runs: readonly SurveyedRun[], plan: Plan): string | undefined {
  const stays = (run: SurveyedRun): boolean => run.id !== id && plan.get(run.id)?.action !== 'remove';
  return runs.find((run) => stays(run) && run.refersTo.includes(id))?.id;
}

interface Fitting {
  readonly runs: readonly SurveyedRun[];
  readonly touchable: readonly SurveyedRun[];
  readonly plan: Plan;
  readonly remove: boolean;
}

function fit({ bytes, rule }: NonNullable<PruneLimits['maxSize']>, { runs, touchable, plan, remove }: Fitting): void {
  for (const action of remove ? (['thin', 'remove'] as const) : (['thin'] as const)) {
    for (const { id, thinnable } of touchable) {
      if (bytesAfter(runs, plan) <= bytes) return;
      const now = plan.get(id)?.action;
      if (now === 'remove' || now === action || (action === 'thin' && thinnable === 0)) continue;
      const referrer = action === 'remove' ? referrerOf(id, runs, plan) : undefined;
      if (referrer === undefined) plan.set(id, { id, action, rule: plan.get(id)?.rule ?? rule });
    }
  }
}

function bytesAfter(runs: readonly SurveyedRun[], plan: Plan): number {
  const left = ({ id, bytes, thinnable }: SurveyedRun): number => {
    const action = plan.get(id)?.action;
    return action === 'remove' ? 0 : bytes - (action === 'thin' ? thinnable : 0);
  };
  return runs.reduce((sum, run) => sum + left(run), 0);
}
