import { secondsText } from '../../base/text.ts';
import type { LabEnd } from './lab-end.ts';
import type { Activity } from './substrate.ts';

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
  /**
   * Looks, in a row or not, at which none of its processes could have run, while neither records nor clock moved: it is stuck. A hostile one
   * stops itself, or waits where a disk is waited for, and wakes now and then.
   */
  readonly stuckLooks: number;
  /** Looks at which it had work to do: a hostile lab can forge progress for ever. */
  readonly allLooks: number;
}

/** Looks come four times a second: five minutes, twenty minutes, a day. */
export const defaultLimits: LabLimits = {
  spinCpuMs: 60_000,
  creepCpuMs: 1_800_000,
  asleepLooks: 1200,
  stuckLooks: 4800,
  allLooks: 345_600,
};

/** For a lab that a debugger may hold at any time: whoever sits at that ends it. */
export const noLimits: LabLimits = {
  spinCpuMs: Number.POSITIVE_INFINITY,
  creepCpuMs: Number.POSITIVE_INFINITY,
  asleepLooks: Number.POSITIVE_INFINITY,
  stuckLooks: Number.POSITIVE_INFINITY,
  allLooks: Number.POSITIVE_INFINITY,
};

/** The limits of a lab whose plan allows more CPU without progress. */
export function limitsWith(spinCpuMs: number | undefined, limits: LabLimits): LabLimits {
  return spinCpuMs === undefined || spinCpuMs <= limits.spinCpuMs ? limits : { ...limits, spinCpuMs };
}

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
  /** What its processes can do now; asked only where nothing has moved. */
  readonly activity: () => Activity;
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
  #stuck = 0;
  #all = 0;

  constructor(limits: LabLimits) {
    this.#limits = limits;
  }

  /** Takes one look; gives how the lab has to be ended, or `undefined`: it goes on. */
  look(look: Look): LabEnd | undefined {
    const grew = look.size !== this.#size || look.waiting;
    const moved = grew || look.clock !== this.#clock;
    const activity = moved ? 'runs' : look.activity();
    this.#asleep = activity === 'asleep' && look.cpuMs === this.#cpuMs ? this.#asleep + 1 : 0;
    if (moved) this.#stuck = 0;
    else if (activity !== 'runs') this.#stuck += 1;
    if (!look.waiting) this.#all += 1;
    if (grew) this.#cpuAtRecord = look.cpuMs;
    if (moved) this.#cpuAtProgress = look.cpuMs;
    this.#size = look.size;
    this.#clock = look.clock;
    this.#cpuMs = look.cpuMs;
    return this.#end();
  }

  #end(): LabEnd | undefined {
    const { spinCpuMs, creepCpuMs, asleepLooks, stuckLooks, allLooks } = this.#limits;
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
    if (this.#stuck >= stuckLooks) {
      const detail = `none of its processes could run at ${stuckLooks} looks: they slept, were stopped or waited for a disk`;
      return { word: 'lab-died', detail };
    }
    if (this.#all >= allLooks) return { word: 'lab-died', detail: `it had not ended after ${allLooks} looks` };
    return undefined;
  }
}
