import { every, type Timer } from '../../../base/deadline.ts';
import type { Clock } from '../../../model/scenario.ts';
import type { Idleness } from './idleness.ts';
import type { LabClock } from './lab-clock.ts';

interface Course {
  /** How many times slower than this machine's clock the lab's goes while somebody computes. */
  readonly slower: number;
  /** Whether it moves on where all wait. */
  readonly movesOn: boolean;
}

/** TCG needs 10 to 30 times as long as the processor that it runs on. In a lab's own time machines are at least as fast as that. */
const courses: Readonly<Record<Clock, Course>> = {
  infinite: { slower: 32, movesOn: true },
  cpu: { slower: 1, movesOn: true },
  real: { slower: 1, movesOn: false },
};

const lookMs = 1;
/** Who computes for so long without a moment at which all wait does not do it in slow time any longer: its deadline would be hours away. */
const longestBusyMs = 20_000;

/** How the lab's time goes: slowly while machines compute, not at all while nobody gave them anything to do, and at once over what all wait for. */
export class Pace implements AsyncDisposable {
  readonly #clock: LabClock;
  readonly #idleness: Idleness;
  readonly #course: Course;
  readonly #works: () => boolean;
  readonly #timer: Timer;
  #begun = false;
  #busySince = 0;
  /** Looks that have begun; they may take turns of the event loop. */
  readonly #looks = new Set<Promise<void>>();

  /** `works`: whether machines have something to do. */
  constructor(clock: LabClock, { idleness, kind, works }: { idleness: Idleness; kind: Clock; works: () => boolean }) {
    this.#clock = clock;
    this.#idleness = idleness;
    this.#course = courses[kind];
    this.#works = works;
    this.#timer = every(lookMs, () => {
      const look = this.#look().finally(() => this.#looks.delete(look));
      this.#looks.add(look);
    });
  }

  /** How many times slower than this machine's the lab's time goes at most. */
  get slower(): number {
    return this.#course.slower;
  }

  /** From now on: machines have booted, whose kernels measured their clocks. */
  goOn(): void {
    this.#begun = true;
    this.#busySince = performance.now();
    this.#clock.slow(this.#course.slower);
  }

  /** The lab's time stands, where it is not this machine's. */
  stand(): void {
    if (this.#course.movesOn) this.#clock.slow(0);
  }

  /** As this machine's: nothing is measured any longer. */
  end(): void {
    this.#begun = false;
    this.#clock.slow(1);
  }

  /** When it is over, no look reads the file of the lab's time any longer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer.stop();
    await Promise.all(this.#looks);
  }

  async #look(): Promise<void> {
    this.#clock.fire();
    if (!this.#begun || this.#clock.stands || !this.#course.movesOn || !this.#works()) return;
    if (await this.#idleness.look()) {
      this.#busySince = performance.now();
      if (this.#begun && !this.#clock.stands) this.#clock.slow(this.#course.slower);
    } else if (performance.now() - this.#busySince > longestBusyMs && !this.#clock.stands) this.#clock.slow(1);
  }
}
