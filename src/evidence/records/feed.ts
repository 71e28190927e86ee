import { malformed } from '../../base/bytes.ts';
import { fileHeaderSize } from './reader.ts';
import { frames, type LabRecord } from './record.ts';
import { concat } from './writer.ts';

/** Cuts a growing `records` file into frames: every whole frame once, in order, in whatever parts its bytes come. */
export class FrameFeed {
  #headerLeft = fileHeaderSize;
  #sequence = 0;
  /** The beginning of a frame that is not whole yet. */
  #part: Uint8Array = new Uint8Array();

  /** Takes the next bytes of the file and returns the frames that are whole now. Raises `guest` for one out of sequence. */
  push(bytes: Uint8Array): readonly LabRecord[] {
    const skipped = Math.min(this.#headerLeft, bytes.length);
    this.#headerLeft -= skipped;
    const fresh = bytes.subarray(skipped);
    const all = this.#part.length === 0 ? fresh : concat([this.#part, fresh]);
    const { records, end, problem } = frames(all, { sequence: this.#sequence });
    if (problem !== undefined) throw malformed('records', problem);
    this.#sequence += records.length;
    this.#part = all.subarray(end);
    return records;
  }
}
