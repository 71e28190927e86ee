import type { Timer } from '../../../base/deadline.ts';
import { compare } from '../../../base/text.ts';
import type { TimeFile } from './time-file.ts';

/** What is to be done at a time of the lab's. */
interface Due {
  readonly at: bigint;
  readonly act: () => void;
}

/**
 * The lab's date. It follows from this machine's monotonic clock, slower where machines compute slower than a processor does, and can be moved
 * on while they all wait. Its machines have it from a file (guest/machine-clock.c).
 */
export class LabClock {
  readonly #date: bigint;
  readonly #file: TimeFile | undefined;
  /** Of this machine's clock: the start. */
  readonly #begun: bigint;
  /** The lab's time is `lab` when this machine's is `real`. Both begin as the same. */
  #real: bigint;
  #lab: bigint;
  #slower = 1n;
  #due: Due[] = [];

  /** `date`: the date now, ns since 1970. */
  constructor(date: bigint, file?: TimeFile) {
    this.#date = date;
    this.#file = file;
    this.#begun = process.hrtime.bigint();
    this.#real = this.#begun;
    this.#lab = this.#begun;
    this.#tell();
  }

  /** Nanoseconds since 1970. */
  now(): bigint {
    return this.#date + this.passed();
  }

  /** Nanoseconds since the start. */
  passed(): bigint {
    return this.#time() - this.#begun;
  }

  /** Goes so many times slower than this machine's from now on; 0: it stands. */
  slow(times: number): void {
    if (BigInt(times) === this.#slower) return;
    this.#lab = this.#time();
    this.#real = process.hrtime.bigint();
    this.#slower = BigInt(times);
    this.#tell();
  }

  /** Whether it stands. */
  get stands(): boolean {
    return this.#slower === 0n;
  }

  /**
   * Moves on to the first moment at which somebody has something to do; `moments`: those of the machines, in the time of their clock. False: there
   * is none.
   */
  moveOn(moments: readonly bigint[]): boolean {
    const [next] = [...moments, ...this.#due.map(({ at }) => at)].sort(compare);
    if (next === undefined) return false;
    const now = this.#time();
    this.#real = process.hrtime.bigint();
    this.#lab = later(now, next);
    this.#tell();
    this.fire();
    return true;
  }

  /** Calls `act` when the lab's clock has gone on by so many ns; `fire` says when it is looked at. */
  after(ns: bigint, act: () => void): Timer {
    const due = { at: this.#time() + ns, act };
    this.#due.push(due);
    const stop = (): void => {
      this.#due = this.#due.filter((one) => one !== due);
    };
    return { stop, [Symbol.dispose]: stop };
  }

  /** Does what is due, the earliest first. */
  fire(): void {
    const now = this.#time();
    const due = this.#due.filter(({ at }) => at <= now).sort((a, b) => compare(a.at, b.at));
    for (const one of due) {
      if (!this.#due.includes(one)) continue; // stopped by another one
      this.#due = this.#due.filter((other) => other !== one);
      one.act();
    }
  }

  #time(): bigint {
    if (this.#slower === 0n) return this.#lab;
    return this.#lab + (process.hrtime.bigint() - this.#real) / this.#slower;
  }

  #tell(): void {
    this.#file?.tell({ real: this.#real, lab: this.#lab, slower: this.#slower });
  }
}

/** The later one of two moments. */
export function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
