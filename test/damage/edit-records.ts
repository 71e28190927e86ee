import type { LabRecord } from '../../src/evidence/records/record.ts';
import { concat, encodeFrame, type Frame, recordsHeader } from '../../src/evidence/records/writer.ts';

/** The file `records` anew, each frame with the payloads that `edit` gives it; sequence numbers stay without gaps. */
export function editRecords(
  records: readonly LabRecord[],
  edit: (record: LabRecord) => readonly Uint8Array[],
): Map<string, Uint8Array> {
  const frames = records.flatMap((record) => edit(record).map((payload): Frame => ({ ...record, payload })));
  return new Map([['records', concat([recordsHeader(), ...frames.map(encodeFrame)])]]);
}
