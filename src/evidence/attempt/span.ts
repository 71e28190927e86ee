import type { RecordFile } from '../records/reader.ts';
import { recordType } from '../records/record.ts';

/** Between which moments an attempt was, in virtual nanoseconds since 1970. */
export interface Span {
  /** The first record. */
  readonly boot: bigint;
  /** The first command; before it the lab boots. Where there was none, `boot`. */
  readonly start: bigint;
  /** The last record. */
  readonly end: bigint;
}

/** Undefined where nothing was recorded. */
export function spanOf({ records }: RecordFile): Span | undefined {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const typed = records.find(({ type }) => type === recordType.commandBegin);
  return { boot: first.time, start: (typed ?? first).time, end: last.time };
}
