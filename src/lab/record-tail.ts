import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { FrameFeed } from '../evidence/records/feed.ts';
import type { LabRecord } from '../evidence/records/record.ts';

/** Reads a `records` file while it grows: every whole frame once, in order. */
export class RecordTail {
  readonly #path: string;
  readonly #feed = new FrameFeed();
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Frames that came since the last call. A frame that is not whole yet is left for a later one. */
  read(): readonly LabRecord[] {
    const bytes = this.#newBytes();
    this.#offset += bytes.length;
    return this.#feed.push(bytes);
  }

  #newBytes(): Uint8Array {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    const bytes = Buffer.alloc(Math.max(0, size - this.#offset));
    if (bytes.length === 0) return bytes;
    const file = openSync(this.#path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.#offset));
    } finally {
      closeSync(file);
    }
  }
}
