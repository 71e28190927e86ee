import { type GcovRecord, gcovRecords, gcovTag, openGcov } from './records.ts';

/** What a program counted in one function: one number for each arc that is not on the tree. */
export interface FunctionCounters {
  readonly ident: number;
  readonly lineChecksum: number;
  readonly flowChecksum: number;
  readonly counts: Float64Array;
}

/** What a program counted in one object. */
export interface GcovCounters {
  readonly stamp: number;
  readonly functions: readonly FunctionCounters[];
}

/** Reads a `.gcda` file. Raises `guest` for one that is damaged. */
export function readCounters(data: Uint8Array): GcovCounters {
  const { stamp, rest } = openGcov(data, 'counters');
  const functions: FunctionCounters[] = [];
  let open: Omit<FunctionCounters, 'counts'> | undefined;
  for (const record of gcovRecords(rest)) {
    const { tag, body } = record;
    if (tag === gcovTag.function) {
      // A function that another object has instead: it has no counters here.
      open =
        body.left === 0 ? undefined : { ident: body.u32Le(), lineChecksum: body.u32Le(), flowChecksum: body.u32Le() };
    } else if (tag === gcovTag.arcCounters) {
      if (open === undefined) throw body.malformed('counters belong to no function');
      functions.push({ ...open, counts: countsIn(record) });
    }
  }
  return { stamp, functions };
}

/** Far more than a function has: a lab can claim any number of counters that are zero. */
const mostCounters = 100_000;

function countsIn({ body, zeroBytes }: Pick<GcovRecord, 'body' | 'zeroBytes'>): Float64Array {
  const length = (body.left + zeroBytes) / 8;
  if (!Number.isInteger(length) || length > mostCounters) throw body.malformed(`${length} counters of one function`);
  const counts = new Float64Array(length);
  for (let at = 0; body.left > 0; at++) counts[at] = Number(body.u64Le());
  return counts;
}
