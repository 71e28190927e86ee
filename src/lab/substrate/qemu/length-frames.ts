import { EspalierError } from '../../../base/errors.ts';

/** Far more than any frame has: what says that it is longer was not written by who should have. */
const longest = 64 * 1024 * 1024;

/**
 * Cuts the bytes of a stream into frames: a header that says how long what follows is. Views are valid until more bytes come.
 */
export class LengthFrames {
  readonly #headSize: number;
  readonly #lengthOf: (head: Buffer) => number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(headSize: number, lengthOf: (head: Buffer) => number) {
    this.#headSize = headSize;
    this.#lengthOf = lengthOf;
  }

  /** Hands out every frame that is whole now: its header and what follows it. Throws `guest` for one of absurd length. */
  push(bytes: Buffer, take: (head: Buffer, body: Buffer) => void): void {
    let all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (all.length >= this.#headSize) {
      const length = this.#lengthOf(all);
      if (length > longest)
        throw new EspalierError('guest', `what came from a machine says that it has ${length} bytes`);
      const end = this.#headSize + length;
      if (all.length < end) break;
      take(all.subarray(0, this.#headSize), all.subarray(this.#headSize, end));
      all = all.subarray(end);
    }
    this.#rest = all;
  }
}
