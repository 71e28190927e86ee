import { createHash } from 'node:crypto';

/** Draws by a seed: equal seeds and questions give equal answers. */
export class Draw {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#count += 1;
    const hash = createHash('sha256').update(`${this.#seed}:${this.#count}`).digest();
    return hash.readUIntBE(0, 6) / 2 ** 48;
  }

  /** Throws where there is nothing to draw from. */
  of<T>(choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.next() * choices.length)];
    if (chosen === undefined) throw new Error('nothing to draw from');
    return chosen;
  }

  /** A moment of a span, both in nanoseconds. */
  between(from: bigint, to: bigint): bigint {
    return from + BigInt(Math.floor(this.next() * Number(to - from)));
  }

  shuffled<T>(things: readonly T[]): T[] {
    return things
      .map((thing) => ({ thing, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ thing }) => thing);
  }
}
