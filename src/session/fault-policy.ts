import type { Fault } from '../base/errors.ts';

/** So many faults of this machine in a row mean that the next one fails as well. */
const faultsInARow = 5;

/** Faults that are the test's own. */
const ofTests: ReadonlySet<Fault> = new Set<Fault>(['scenario', 'guest']);

/** Tells trouble that goes with one test from trouble that will meet every other one too. */
export class FaultPolicy {
  #row = 0;
  #trouble = false;

  /** Something was Espalier's or this machine's fault. */
  get trouble(): boolean {
    return this.#trouble;
  }

  /** An attempt was made. */
  made(): void {
    this.#row = 0;
  }

  /** An attempt could not be made or judged. True for trouble that is not the test's own. */
  failed(fault: Fault): boolean {
    if (ofTests.has(fault)) {
      this.#row = 0;
      return false;
    }
    this.#row += 1;
    this.#trouble = true;
    return true;
  }

  /** Why the run should stop; `undefined`: it should not. */
  get reason(): string | undefined {
    return this.#row >= faultsInARow ? `${faultsInARow} scenarios in a row met trouble on this machine` : undefined;
  }
}
