/** The lab's date, which goes on with this machine's own time. */
export class LabClock {
  readonly #start: bigint;
  readonly #begun = process.hrtime.bigint();

  /** `start`: the date now, ns since 1970. */
  constructor(start: bigint) {
    this.#start = start;
  }

  /** Nanoseconds since 1970. */
  now(): bigint {
    return this.#start + this.passed();
  }

  /** Nanoseconds since the start. */
  passed(): bigint {
    return process.hrtime.bigint() - this.#begun;
  }
}
