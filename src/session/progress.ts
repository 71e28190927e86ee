import { remaining } from '../base/progress.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { keyOf } from '../model/scenario.ts';

/** What a lab takes that nobody has timed yet; ms. */
const unknownLab = 1000;
const unknownHost = 700;

/** Expected wall milliseconds of a scenario's lab: as recorded, else by its hosts. */
export function estimateMs(entry: ScenarioEntry, durations: ReadonlyMap<string, number>): number {
  return durations.get(keyOf(entry)) ?? unknownLab + unknownHost * entry.hosts.length;
}

/** Estimates the time left of a run from estimates of its parts and the pace so far. */
export class Pace {
  readonly #start = performance.now();
  readonly #total: number;
  readonly #jobs: number;
  #done = 0;

  constructor(total: number, jobs: number) {
    this.#total = total;
    this.#jobs = jobs;
  }

  /** A part with this estimate is done. */
  add(estimate: number): void {
    this.#done += estimate;
  }

  leftMs(): number | undefined {
    if (this.#total === 0) return undefined;
    return remaining(performance.now() - this.#start, this.#done / this.#total, this.#total / this.#jobs);
  }
}
