import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { Fate } from '../../model/faults.ts';

/** Virtual nanoseconds that a lab has to go on behind its last fault: from then on an SA that one host has alone is judged (docs/verdicts.md). */
export const patience = 60_000_000_000n;

/** Fates in which a fault has happened: a frame that is only held, or whose copy is still to come, was harmed by none. */
const happened: ReadonlySet<Fate> = new Set(['dropped', 'spoiled', 'copy']);

/** What the faults of a plan did in a lab. */
export interface Effects {
  /** Rules that met their message and did all that they are for. */
  readonly acted: number;
  /** The lab went on long enough behind the last of them for its oracles. */
  readonly judged: boolean;
}

/** What became of the rules of a plan. A lab that ended before a fault happened, or right behind it, shows nothing of what it breaks. */
export function effectsOf({ faults, end }: Pick<Attempt, 'faults' | 'end'>): Effects {
  const byRule = Map.groupBy(
    faults.filter(({ rule, time }) => rule > 0 && time <= end.time),
    ({ rule }) => rule,
  );
  const times = [...byRule.values()].flatMap((all) => {
    const waited = all.some(({ fate }) => fate === 'held');
    const last = all.findLast(({ fate }) => happened.has(fate) || (waited && fate === 'whole'));
    return last === undefined ? [] : [last.time];
  });
  return { acted: times.length, judged: times.every((time) => end.time - time >= patience) };
}
