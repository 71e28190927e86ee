import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { EspalierError } from '../base/errors.ts';
import { fileHeaderSize } from '../evidence/records/reader.ts';
import { frameHeaderSize, type LabRecord } from '../evidence/records/record.ts';

/** Reads a `records` file while it grows: every whole frame once, in order. */
export class RecordTail {
  readonly #path: string;
  #offset = fileHeaderSize;
  #sequence = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Frames that came since the last call. A frame that is not whole yet is left for the next one. */
  read(): LabRecord[] {
    const bytes = this.#newBytes();
    const records: LabRecord[] = [];
    let at = 0;
    while (at + frameHeaderSize <= bytes.length) {
      const end = at + frameHeaderSize + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      const sequence = bytes.readUInt32LE(at + 16);
      if (sequence !== this.#sequence) {
        const message = `frame ${this.#sequence} calls itself number ${sequence}`;
        throw new EspalierError('guest', message, { file: this.#path });
      }
      records.push({
        type: bytes.readUInt16LE(at + 4),
        host: bytes.readUInt16LE(at + 6),
        time: bytes.readBigUInt64LE(at + 8),
        sequence,
        payload: bytes.subarray(at + frameHeaderSize, end),
      });
      this.#sequence += 1;
      at = end;
    }
    this.#offset += at;
    return records;
  }

  #newBytes(): Buffer {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= this.#offset) return Buffer.alloc(0);
    const bytes = Buffer.alloc(size - this.#offset);
    const file = openSync(this.#path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.#offset));
    } finally {
      closeSync(file);
    }
  }
}
