import { malformed } from '../../base/bytes.ts';
import type { NotedFunction } from './notes.ts';

/** Exit and entry: nothing leaves the one or comes to the other. */
const [entry, exit] = [0, 1];

/**
 * How often each basic block of a function ran. Of its arcs only those off a spanning tree have counters; the others follow, since as much comes
 * to a block as leaves it (Knuth's method, as GCC's gcov has it).
 */
export function blockCounts(noted: NotedFunction, counters: Float64Array): Float64Array {
  const flow = new Flow(noted);
  let next = 0;
  noted.arcs.forEach(({ onTree }, arc) => {
    if (!onTree) flow.setArc(arc, counters[next++] ?? 0);
  });
  if (next !== counters.length) {
    throw malformed('gcov counters', `${noted.name} has ${next} counters, and ${counters.length} are there`);
  }
  return flow.solve();
}

/** One side of each block: the arcs that come, or those that leave. */
interface Side {
  readonly arcs: number[][];
  /** Arcs not known yet, by block. */
  readonly unknown: Int32Array;
  readonly sum: Float64Array;
}

class Flow {
  readonly #noted: NotedFunction;
  readonly #counts: Float64Array;
  readonly #blockKnown: Uint8Array;
  readonly #arcKnown: Uint8Array;
  readonly #sides: readonly [coming: Side, leaving: Side];

  constructor(noted: NotedFunction) {
    const { blocks, arcs } = noted;
    this.#noted = noted;
    this.#counts = new Float64Array(blocks);
    this.#blockKnown = new Uint8Array(blocks);
    this.#arcKnown = new Uint8Array(arcs.length);
    const side = (end: (arc: number) => number): Side => {
      const byBlock = Array.from({ length: blocks }, (): number[] => []);
      for (const arc of arcs.keys()) byBlock[end(arc)]?.push(arc);
      return {
        arcs: byBlock,
        unknown: Int32Array.from(byBlock, ({ length }) => length),
        sum: new Float64Array(blocks),
      };
    };
    this.#sides = [side((arc) => arcs[arc]?.to ?? 0), side((arc) => arcs[arc]?.from ?? 0)];
  }

  setArc(arc: number, count: number): void {
    const { from = 0, to = 0 } = this.#noted.arcs[arc] ?? {};
    this.#arcKnown[arc] = 1;
    const ends = [to, from] as const;
    this.#sides.forEach(({ unknown, sum }, side) => {
      const block = ends[side] ?? 0;
      unknown[block] = (unknown[block] ?? 0) - 1;
      sum[block] = (sum[block] ?? 0) + count;
    });
  }

  solve(): Float64Array {
    const { blocks, arcs, name } = this.#noted;
    const waiting = Array.from({ length: blocks }, (_, block) => block);
    for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
      for (const arc of this.#settle(block)) {
        const { from = 0, to = 0 } = arcs[arc] ?? {};
        waiting.push(from, to);
      }
    }
    if (this.#blockKnown.includes(0)) throw malformed('gcov notes', `the counters of ${name} do not say what ran`);
    return this.#counts;
  }

  /** Finds out what follows from what is known of a block; gives the arcs that are known since. */
  #settle(block: number): number[] {
    const [coming, leaving] = this.#sides;
    for (const [side, closed] of [
      [coming, entry],
      [leaving, exit],
    ] as const) {
      if (this.#blockKnown[block] || block === closed || side.unknown[block] !== 0) continue;
      this.#blockKnown[block] = 1;
      this.#counts[block] = side.sum[block] ?? 0;
    }
    return this.#blockKnown[block] ? this.#sides.flatMap((side) => this.#lastOf(side, block)) : [];
  }

  /** The count of a block's last unknown arc on a side is what the others leave of the block's own. */
  #lastOf(side: Side, block: number): number[] {
    if (side.unknown[block] !== 1) return [];
    const arc = side.arcs[block]?.find((one) => this.#arcKnown[one] === 0);
    if (arc === undefined) return [];
    this.setArc(arc, (this.#counts[block] ?? 0) - (side.sum[block] ?? 0));
    return [arc];
  }
}
