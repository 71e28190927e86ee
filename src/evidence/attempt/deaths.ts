import { decode, type RecordedDeath } from '../records/decode.ts';
import { hostOf, type RecordFile } from '../records/reader.ts';
import { recordType } from '../records/record.ts';

/** A process of a host that a signal ended, or a daemon that ended by itself. */
export interface Death extends RecordedDeath {
  readonly host: string;
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  /** Number of its record. */
  readonly sequence: number;
}

/** PID of a host's init, to which daemons belong that put themselves into the background. */
export const init = 1;

/** Whether a process was forked for a task of another one, whose name it bears. A daemon that forked into the background was not. */
export function isFork({ forked, parent }: Pick<RecordedDeath, 'forked' | 'parent'>): boolean {
  return forked && parent !== init;
}

/** All of them, in the order of the records. Those of no host, which are the agent's own, are left out. */
export function deathsOf(file: RecordFile): Death[] {
  return file.records.flatMap((record) => {
    if (record.type !== recordType.death) return [];
    const host = hostOf(file, record);
    const said = decode(record);
    if (host === undefined || said.type !== 'death') return [];
    const { type: _, ...death } = said;
    return [{ ...death, host, time: record.time, sequence: record.sequence }];
  });
}
