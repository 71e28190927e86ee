import type { RunComparison } from '../../results/compare.ts';
import type { FoundDifferences, PairRow, RunLine, RunRef } from './data-of-runs.ts';

/** A comparison of two runs for the page. */
export function foundDifferences(comparison: RunComparison, before: RunLine, now: RunLine): FoundDifferences {
  const { common, changes, slower, onlyBefore, onlyNow } = comparison;
  return {
    before,
    now,
    common,
    world: worldOf(before.versions, now.versions),
    changes: Object.entries(changes).map(([change, tests]) => ({
      change: change as keyof typeof changes,
      tests: tests.map(({ why, ...pair }): PairRow => ({ ...pair, ...(why && { why: why.slice(0, 300) }) })),
    })),
    slower: slower.map((one) => ({ ...one, beforeMs: Math.round(one.beforeMs), nowMs: Math.round(one.nowMs) })),
    onlyBefore,
    onlyNow,
  };
}

/** The run alone, without what it has. */
export function refOfLine({ id, started, state, href }: RunLine): RunRef {
  return { id, started, state, ...(href !== undefined && { href }) };
}

function worldOf(before: RunLine['versions'], now: RunLine['versions']): FoundDifferences['world'] {
  const [old, present] = [new Map(before), new Map(now)];
  const text = (versions: readonly string[] | undefined): string => versions?.join(', ') ?? 'none';
  return [...new Set([...old.keys(), ...present.keys()])].flatMap((what) => {
    const [a, b] = [text(old.get(what)), text(present.get(what))];
    return a === b ? [] : [[what, a, b] as const];
  });
}
