import { compare } from '../../../base/text.ts';
import { type LabRecord, recordType } from '../../../evidence/records/record.ts';
import { later } from './lab-clock.ts';

/** A frame that waits for those of other machines. */
export interface Waiting extends Pick<LabRecord, 'type' | 'time' | 'payload'> {
  /** Index of its machine's host. */
  readonly host: number;
}

const dumps: readonly number[] = [recordType.xfrmStates, recordType.xfrmPolicies, recordType.listing];
const events: readonly number[] = [recordType.xfrmEvent, recordType.xfrmEventMade];

/** Where a frame stands: by time, and at one time by rank. */
interface Place {
  readonly time: bigint;
  readonly rank: number;
}

const ranks = { before: 0, end: 1, dump: 2, behind: 3 } as const;

/**
 * Frames of several machines in the order of time, with one exception. Readers take the tables that directly follow the end of a command for
 * those of that moment (src/evidence/tables/timeline.ts), and machines tell theirs one after the other: all of them are put there, with the
 * events that they show in front of them, and those that they do not show yet behind them.
 */
export function inOrder(frames: readonly Waiting[]): Waiting[] {
  const boundary = frames.findLast(({ type }) => type === recordType.commandEnd)?.time;
  const dumped = new Map<number, bigint>();
  for (const { type, host, time } of frames) {
    if (dumps.includes(type)) dumped.set(host, later(dumped.get(host) ?? time, time));
  }
  const places = frames.map((frame) => ({ frame, place: placeOf(frame, boundary, dumped.get(frame.host)) }));
  places.sort((a, b) => compare(a.place.time, b.place.time) || a.place.rank - b.place.rank);
  return places.map(({ frame }) => frame);
}

function placeOf({ type, time }: Waiting, boundary: bigint | undefined, dumped: bigint | undefined): Place {
  if (boundary === undefined) return { time, rank: ranks.before };
  if (dumps.includes(type)) return { time: boundary, rank: ranks.dump };
  if (type === recordType.commandEnd && time === boundary) return { time, rank: ranks.end };
  const isShown = events.includes(type) && dumped !== undefined && time <= dumped;
  if (time <= boundary || isShown) return { time: time < boundary ? time : boundary, rank: ranks.before };
  return { time, rank: ranks.behind };
}
