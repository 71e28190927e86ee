import { readdirSync, readFileSync } from 'node:fs';

/** Times of one thread, ns: how long it had a processor, and how long it could have run and had none (Documentation/scheduler/sched-stats.rst of Linux). */
export interface Turn {
  readonly thread: string;
  readonly had: number;
  readonly waited: number;
  /** How often it got a processor. */
  readonly count: number;
}

/** A thread that could run for so long is looked at as a whole, ns. Half a second of the lab's passes meanwhile, in which daemons send nothing again. */
const stretchNs = 16e9;
/** Who waits for a shorter time whenever it wants to run, ns, does not compute: it wakes often and does little. */
const shortWaitNs = 20e6;

interface Begun {
  readonly turn: Turn;
  readonly at: number;
}

/** Finds out how many times slower than on a processor of their own the threads of machines are, where they are slowest. */
export class Starvation {
  readonly #begun = new Map<string, Begun>();
  #worst = 1;

  /** Takes the times of all threads of these processes; gives `worst`. */
  lookAt(processes: readonly number[]): number {
    this.look(processes.flatMap(turnsOf), performance.now() * 1e6);
    return this.#worst;
  }

  /** Takes the times of all threads as they are `now`, ns; between two looks they should not run for longer than a stretch. */
  look(turns: readonly Turn[], now: number): void {
    for (const turn of turns) {
      const begun = this.#begun.get(turn.thread) ?? { turn, at: now };
      const [got, lacked] = [turn.had - begun.turn.had, turn.waited - begun.turn.waited];
      const isOver = got + lacked >= stretchNs;
      // A thread cannot have waited for longer than it took: the kernel's count jumped, or the thread is another one of the same number.
      const isTrue = got >= 0 && got + lacked <= now - begun.at;
      const isLong = lacked >= shortWaitNs * (turn.count - begun.turn.count);
      if (isOver && isTrue && isLong) this.#worst = Math.max(this.#worst, (got + lacked) / Math.max(got, 1));
      this.#begun.set(turn.thread, isOver || got < 0 ? { turn, at: now } : begun);
    }
  }

  /** 1: none waited for a processor. */
  get worst(): number {
    return this.#worst;
  }
}

/** The times of a process's threads; none for one that has ended. */
export function turnsOf(process: number): Turn[] {
  const tasks = `/proc/${process}/task`;
  try {
    return readdirSync(tasks).map((thread) => {
      const [had = 0, waited = 0, count = 0] = readFileSync(`${tasks}/${thread}/schedstat`, 'latin1')
        .split(' ')
        .map(Number);
      return { thread, had, waited, count };
    });
  } catch {
    return [];
  }
}
