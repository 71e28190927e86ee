import { type LabRecord, recordType } from '../../src/evidence/records/record.ts';
import { editRecords } from './edit-records.ts';

/** A line that a command printed on a terminal. */
export interface PrintedLine {
  readonly host: number;
  /** Latin-1, without its end. */
  readonly text: string;
  /** Sequence numbers of the frames of its command's output. */
  readonly frames: readonly number[];
  /** All that the command printed, and where in it the line stands; `end` is behind the line's end. */
  readonly output: string;
  readonly start: number;
  readonly end: number;
}

/** Lines that commands of a host printed, in order. */
export function printedLines(records: readonly LabRecord[], host: number): PrintedLine[] {
  const lines: PrintedLine[] = [];
  let frames: number[] = [];
  let output = '';
  for (const record of records) {
    if (record.host !== host) continue;
    if (record.type === recordType.output) {
      frames.push(record.sequence);
      output += Buffer.from(record.payload).toString('latin1');
    }
    if (record.type !== recordType.commandEnd) continue;
    for (const { 0: whole, 1: text = '', index } of output.matchAll(/([^\n]*)\n/g)) {
      lines.push({ host, text: text.replace(/\r$/, ''), frames, output, start: index, end: index + whole.length });
    }
    frames = [];
    output = '';
  }
  return lines;
}

/** Puts other text in place of a whole line; the command's output becomes one frame, where its first was. */
export function replaceLine(
  records: readonly LabRecord[],
  { frames, output, start, end }: PrintedLine,
  text: string,
): Map<string, Uint8Array> {
  const [first, ...rest] = frames;
  const later = new Set(rest);
  const edited = Buffer.from(`${output.slice(0, start)}${text}${output.slice(end)}`, 'latin1');
  return editRecords(records, ({ sequence, payload }) => {
    if (sequence === first) return [edited];
    return later.has(sequence) ? [] : [payload];
  });
}
