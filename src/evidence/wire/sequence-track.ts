import type { WireSa } from './sa-index.ts';

/** What one SA of the wire has sent, as captured. */
export interface SequenceUse {
  readonly sa: WireSa;
  /** Packets that opened, each number once. */
  readonly packets: number;
  /** Lowest and highest sequence number; 64 bits where the SA has ESN. */
  readonly lowest: bigint;
  readonly highest: bigint;
}

/** Half of the space of 32-bit sequence numbers. */
const half = 1n << 31n;

/** The sequence numbers of one SA, in the order of capture. */
export class SequenceTrack {
  readonly #sa: WireSa;
  /** Sequence number → index of the packet that showed it first. */
  readonly #firsts = new Map<bigint, number>();
  /** High halves that hosts told of. */
  readonly #told: readonly number[];
  #lowest = 0n;
  #highest: bigint | undefined;

  constructor(sa: WireSa) {
    this.#sa = sa;
    const replays = sa.known.flatMap((one) => one.sa.replay ?? []);
    this.#told = distinct(replays.flatMap(({ outboundHigh, inboundHigh }) => [outboundHigh, inboundHigh]));
  }

  /**
   * High halves to try for a packet with ESN, the likeliest first: the one that puts it nearest to the highest number
   * seen (RFC 4303, appendix A2.2, without a window), its neighbours, then what hosts said of the SA. Few in any case.
   */
  highHalves(sequence: number): readonly number[] {
    if (this.#highest === undefined) return distinct([0, ...this.#told]);
    const high = this.#highest >> 32n;
    const distance = (high << 32n) + BigInt(sequence) - this.#highest;
    const nearest = Number(distance > half ? high - 1n : distance < -half ? high + 1n : high);
    return distinct([nearest, nearest + 1, nearest - 1, ...this.#told]);
  }

  /** Notes a packet that opened; the index of the packet that showed its number first, which may be its own. */
  note(sequence: bigint, index: number): number {
    const earlier = this.#firsts.get(sequence);
    if (earlier !== undefined) return earlier;
    this.#firsts.set(sequence, index);
    if (this.#highest === undefined || sequence < this.#lowest) this.#lowest = sequence;
    if (this.#highest === undefined || sequence > this.#highest) this.#highest = sequence;
    return index;
  }

  /** Undefined while no packet opened. */
  use(): SequenceUse | undefined {
    if (this.#highest === undefined) return undefined;
    return { sa: this.#sa, packets: this.#firsts.size, lowest: this.#lowest, highest: this.#highest };
  }
}

const mostHighHalves = 6;

function distinct(values: readonly number[]): readonly number[] {
  const fitting = values.filter((value) => value >= 0 && value <= 0xffffffff);
  return [...new Set(fitting)].slice(0, mostHighHalves);
}
