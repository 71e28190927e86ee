import { nextTurn } from '../../../base/deadline.ts';
import { treeActivity } from '../../agent/process-tree.ts';
import type { LabClock } from './lab-clock.ts';
import { type MachineWait, never, type TimeFile } from './time-file.ts';

/** What is asked about a lab whose time may be moved on. */
export interface Waiters {
  readonly clock: LabClock;
  readonly file: Pick<TimeFile, 'waits'>;
  /** Processors of each machine, in the order of the file. */
  readonly processors: readonly number[];
  /** How often bytes of machines came so far. */
  readonly taken: () => number;
  /** Has machines look at the time again. */
  readonly wake: () => void;
  /** Machines by their index that are taken to wait, whatever they do. */
  readonly overlooked?: (index: number) => boolean;
  /** Whether none of a process's threads runs or is about to. */
  readonly sleeps?: (process: number) => boolean;
}

/**
 * Finds the moments at which all machines of a lab wait, and moves its time on to the next one at which somebody has something to do. A machine waits when its first
 * thread does and its processors halted. Nothing may be on its way: a thread that was woken and has not run yet is seen by its state, and bytes that came meanwhile by
 * a turn of the event loop in between.
 */
export class Idleness {
  readonly #waiters: Waiters;
  #looking = false;

  constructor(waiters: Waiters) {
    this.#waiters = waiters;
  }

  /** Moves time on if all wait; true: they did. One look at a time. */
  async look(): Promise<boolean> {
    if (this.#looking) return false;
    this.#looking = true;
    try {
      return await this.#look();
    } finally {
      this.#looking = false;
    }
  }

  async #look(): Promise<boolean> {
    const { clock, wake, sleeps = isAsleep, overlooked = () => false } = this.#waiters;
    const before = this.#allWait();
    if (before === undefined) return false;
    const sign = this.#signOf(before);
    if (!before.every(({ process }, index) => overlooked(index) || sleeps(process))) return false;
    await nextTurn();
    const after = this.#allWait();
    if (after === undefined || this.#signOf(after) !== sign || clock.stands) return false;
    const moments = after
      .filter((_, index) => !overlooked(index))
      .map(({ until }) => until)
      .filter((until) => until !== never);
    if (!clock.moveOn(moments)) return false;
    wake();
    return true;
  }

  #allWait(): readonly MachineWait[] | undefined {
    const { file, processors, overlooked = () => false } = this.#waiters;
    const waits = file.waits(processors.length);
    const isWaiting = ({ until, halted }: MachineWait, index: number): boolean =>
      overlooked(index) || (until !== 0n && halted === processors[index]);
    return waits.every(isWaiting) ? waits : undefined;
  }

  /** What has to be so still a turn later: nobody began to wait anew, and nothing came. */
  #signOf(waits: readonly MachineWait[]): string {
    const { taken, overlooked = () => false } = this.#waiters;
    return [taken(), ...waits.filter((_, index) => !overlooked(index)).map((one) => one.waits)].join(' ');
  }
}

function isAsleep(process: number): boolean {
  return treeActivity(process) === 'asleep';
}
