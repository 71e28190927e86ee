import { secondsText } from '../../base/text.ts';
import type { LabEnd } from './lab-end.ts';

/**
 * What the outside tolerates. Everything else has virtual deadlines inside the lab. Wall time is none of these: a loaded
 * machine changes how long a lab takes and nothing of how it ends.
 */
export interface LabLimits {
  /** CPU time used, ms, while neither the records nor the lab's clock moved: the guest spins. */
  readonly spinCpuMs: number;
  /** CPU time used, ms, while no record came, though the clock moves: it polls the clock, and will not see its deadline. */
  readonly creepCpuMs: number;
  /** Looks in a row at which all the lab's processes slept and had used no CPU since the look before: it hangs. */
  readonly asleepLooks: number;
}

export const defaultLimits: LabLimits = { spinCpuMs: 60_000, creepCpuMs: 1_800_000, asleepLooks: 1200 };

/** What is seen of a lab from outside at one moment. */
export interface Look {
  /** Bytes of its records. */
  readonly size: number;
  /** Its clock as it last told it, ns. */
  readonly clock: bigint;
  /** CPU time used so far, ms. */
  readonly cpuMs: number;
  /** It has worked off its orders and waits for more; whoever thinks may take his time. */
  readonly waiting: boolean;
  /** Whether all its processes sleep now; asked only where nothing else has moved. */
  readonly asleep: () => boolean;
}

/** Tells a lab that will never end from one that is slow. */
export class Watchdog {
  readonly #limits: LabLimits;
  #size = 0;
  #clock = 0n;
  #cpuMs = 0;
  /** CPU time when the records last grew, and when they or the clock last moved. */
  #cpuAtRecord = 0;
  #cpuAtProgress = 0;
  #asleep = 0;

  constructor(limits: LabLimits) {
    this.#limits = limits;
  }

  /** Takes one look; gives how the lab has to be ended, or `undefined`: it goes on. */
  look(look: Look): LabEnd | undefined {
    const grew = look.size !== this.#size || look.waiting;
    const moved = grew || look.clock !== this.#clock;
    const still = !moved && look.cpuMs === this.#cpuMs && look.asleep();
    this.#asleep = still ? this.#asleep + 1 : 0;
    if (grew) this.#cpuAtRecord = look.cpuMs;
    if (moved) this.#cpuAtProgress = look.cpuMs;
    this.#size = look.size;
    this.#clock = look.clock;
    this.#cpuMs = look.cpuMs;
    return this.#end();
  }

  #end(): LabEnd | undefined {
    const { spinCpuMs, creepCpuMs, asleepLooks } = this.#limits;
    const spun = this.#cpuMs - this.#cpuAtProgress;
    const crept = this.#cpuMs - this.#cpuAtRecord;
    if (spun > spinCpuMs) {
      return { word: 'livelock', detail: `${secondsText(spun)} of CPU without a byte or a step of progress` };
    }
    if (crept > creepCpuMs) {
      return { word: 'livelock', detail: `${secondsText(crept)} of CPU without a byte, while the clock crept on` };
    }
    if (this.#asleep >= asleepLooks) {
      return {
        word: 'lab-died',
        detail: `all its processes slept through ${asleepLooks} looks, and none used any CPU`,
      };
    }
    return undefined;
  }
}
