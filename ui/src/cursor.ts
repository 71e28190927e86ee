import type { LabData } from '../../src/report/page/data.ts';

/** A moment that somebody pointed at. */
export interface Cursor {
  readonly t: number;
  /** The pane it was pointed at in: that one does not scroll. */
  readonly from: string;
  /** Counts, so that pointing at the same moment twice is noticed. */
  readonly token: number;
}

export type Point = (t: number | undefined, from: string) => void;

/** What every view of a lab gets. */
export interface LabViewProps {
  readonly lab: LabData;
  readonly cursor: Cursor | undefined;
  readonly point: Point;
}

/** Row of a list that stands for a moment: the last that is not after it. `times` ascend. */
export function rowAt(times: readonly number[], t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= t) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** What a list scrolls to for a cursor that others set. */
export function targetOf(
  cursor: Cursor | undefined,
  pane: string,
  times: readonly number[],
): { index: number; token: number } | undefined {
  if (cursor === undefined || cursor.from === pane || times.length === 0) return undefined;
  return { index: rowAt(times, cursor.t), token: cursor.token };
}
