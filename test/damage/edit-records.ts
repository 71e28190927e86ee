import type { LabRecord } from '../../src/evidence/records/record.ts';
import { concat, encodeFrame, type Frame, recordsHeader } from '../../src/evidence/records/writer.ts';

/** The file `records` anew, with frames behind the one of a number; their own numbers follow. */
export function insertRecords(
  records: readonly LabRecord[],
  behind: number,
  inserted: readonly Frame[],
): Map<string, Uint8Array> {
  const frames = records.flatMap((record): Frame[] => (record.sequence === behind ? [record, ...inserted] : [record]));
  return fileOf(frames.map(encodeFrame));
}

/** The file without one frame, whose number is then missing. */
export function removeRecord(records: readonly LabRecord[], number: number): Map<string, Uint8Array> {
  return fileOf(
    records.filter(({ sequence }) => sequence !== number).map((record) => encodeFrame(record, record.sequence)),
  );
}

/** The file `records` anew, each frame with the payloads that `edit` gives it; sequence numbers stay without gaps. */
export function editRecords(
  records: readonly LabRecord[],
  edit: (record: LabRecord) => readonly Uint8Array[],
): Map<string, Uint8Array> {
  const frames = records.flatMap((record) => edit(record).map((payload): Frame => ({ ...record, payload })));
  return fileOf(frames.map(encodeFrame));
}

function fileOf(frames: readonly Uint8Array[]): Map<string, Uint8Array> {
  return new Map([['records', concat([recordsHeader(), ...frames])]]);
}
