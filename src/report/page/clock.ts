/** Virtual nanoseconds since 1970 as the page counts them. */
export class PageClock {
  readonly #start: bigint;

  /** `start`: what becomes t = 0. */
  constructor(start: bigint) {
    this.#start = start;
  }

  /** Whole microseconds since the start. */
  at(time: bigint): number {
    return Number((time - this.#start) / 1000n);
  }

  /** ISO 8601 date of t = 0, to the microsecond. */
  get date(): string {
    const date = new Date(Number(this.#start / 1_000_000n)).toISOString().slice(0, -1);
    return `${date}${String((this.#start / 1000n) % 1000n).padStart(3, '0')}Z`;
  }

  /** t of a date without a year, as logs have it (`Jun 15 12:01:00.5`); it belongs to the year of the start, or the next. */
  ofLogDate(month: number, day: number, seconds: number): number {
    const start = new Date(Number(this.#start / 1_000_000n));
    const year = start.getUTCFullYear() + (month < start.getUTCMonth() ? 1 : 0);
    const date = new Date(0).setUTCFullYear(year, month, day);
    return date * 1000 + Math.round(seconds * 1e6) - Number(this.#start / 1000n);
  }
}
