import { heartbeat } from '../wire/protocol.ts';

/** Milliseconds between two moments at which all was well; with more between them, heartbeats may not have been taken. */
const longestGap = 5000;

/**
 * Knows for how long the farm and its database have been at work without a break. Whoever is silent after one may only not have
 * been heard.
 */
export class Unbroken {
  #since: number;
  #last: number;

  /** Milliseconds of any clock that goes on. */
  constructor(now: number) {
    this.#since = now;
    this.#last = now;
  }

  /** All is well at this moment. Returns whether it has been for as long as a worker may be silent. */
  well(now: number): boolean {
    if (now - this.#last > longestGap) this.#since = now;
    this.#last = now;
    return now - this.#since >= heartbeat.lostAfter * 1000;
  }
}
