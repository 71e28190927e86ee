import { compare } from '../../base/text.ts';
import type { UserspaceStack } from '../../model/stacks.ts';
import { decode } from '../records/decode.ts';
import { type LabRecord, recordType } from '../records/record.ts';
import type { Moment } from '../tables/lives.ts';
import type { HostTimeline, Timeline } from '../tables/timeline.ts';
import { libipsecEvents } from './libipsec.ts';
import type { StackEvent } from './stack-event.ts';
import { type StackTurn, stackLives } from './stack-lives.ts';
import { tunipEvents } from './tunip.ts';

/** A host whose packets are protected in userspace, with what its stack wrote. */
export interface StackLog {
  readonly host: string;
  readonly stack: UserspaceStack['stack'];
  readonly log: string;
  /** Virtual nanoseconds at which the process that is the stack died, or was gone. */
  readonly deaths: readonly bigint[];
}

/**
 * The timeline of the kernels' tables with those of userspace stacks. What such a stack logs is no more exact than its log's times, and
 * written before it is done.
 */
export function withStacks(timeline: Timeline, logs: readonly StackLog[], records: readonly LabRecord[]): Timeline {
  if (logs.length === 0) return timeline;
  const momentOf = placeIn(records);
  const clocks = clocksIn(records);
  const hosts = timeline.hosts.map((host): HostTimeline => {
    const own = logs.find((log) => log.host === host.host);
    if (own === undefined) return host;
    const lives = stackLives(turnsOf(own, clocks), momentOf);
    return {
      ...host,
      exact: false,
      sas: [...host.sas, ...lives.sas],
      policies: [...host.policies, ...lives.policies],
    };
  });
  return { ...timeline, hosts };
}

/** What the log of each stack says. */
const readers: Readonly<Record<UserspaceStack['stack'], (log: string) => StackEvent[]>> = {
  libipsec: libipsecEvents,
  tunip: tunipEvents,
};

function turnsOf({ stack, log, deaths }: StackLog, clocks: readonly Clock[]): StackTurn[] {
  const ends = deaths.map((time): StackTurn => ({ kind: 'ended', time }));
  // Of one time the log is older: the process wrote it.
  return [...onLabClock(readers[stack](log), clocks), ...ends].sort((a, b) => compare(a.time, b.time));
}

/** From when on hosts' wall clocks are off from the lab's, and by how many nanoseconds. */
interface Clock {
  readonly from: bigint;
  readonly offset: bigint;
}

function clocksIn(records: readonly LabRecord[]): Clock[] {
  const set = records.flatMap((record): Clock[] => {
    if (record.type !== recordType.clockSet) return [];
    const said = decode(record);
    return said.type === 'clockSet' ? [{ from: record.time, offset: said.offset }] : [];
  });
  return [{ from: 0n, offset: 0n }, ...set];
}

/** Logs have the host's wall clock, which a scenario may set; each line is written later than the one before it. */
function onLabClock(events: readonly StackEvent[], clocks: readonly Clock[]): StackEvent[] {
  let at = 0;
  let last = 0n;
  return events.map((event) => {
    const timeBy = (index: number): bigint => event.time - (clocks[index] as Clock).offset;
    for (let next = clocks[at + 1]; next !== undefined; next = clocks[at + 1]) {
      if (timeBy(at) < next.from && timeBy(at) >= last) break;
      at += 1;
    }
    last = timeBy(at);
    return { ...event, time: last };
  });
}

/** The place of a time among the records: that of the last one that is not later. */
function placeIn(records: readonly LabRecord[]): (time: bigint) => Moment {
  const ordered = records.map(({ time, sequence }) => ({ time, sequence })).sort((a, b) => compare(a.time, b.time));
  return (time) => {
    let [low, high] = [0, ordered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ordered[middle] as Moment).time <= time) low = middle + 1;
      else high = middle;
    }
    return { time, sequence: ordered[low - 1]?.sequence ?? 0 };
  };
}
