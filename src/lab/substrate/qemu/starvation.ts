import { readdirSync, readFileSync } from 'node:fs';

/** Times of one thread, ns: how long it had a processor, and how long it could have run and had none (Documentation/scheduler/sched-stats.rst of Linux). */
export interface Turn {
  readonly thread: string;
  readonly had: number;
  readonly waited: number;
}

/** A thread that could run for so long is looked at as a whole, ns: shorter waits are a moment of the lab's time. */
const windowNs = 8e9;

/** Finds out how many times slower than on a processor of their own the threads of machines are, where they are slowest. */
export class Starvation {
  readonly #begun = new Map<string, Turn>();
  #worst = 1;

  /** Takes the times of all threads of these processes; gives `worst`. */
  lookAt(processes: readonly number[]): number {
    this.look(processes.flatMap(turnsOf));
    return this.#worst;
  }

  /** Takes the times of all threads as they are now; between two looks they should not run for longer than a window. */
  look(turns: readonly Turn[]): void {
    for (const turn of turns) {
      const { had, waited } = this.#begun.get(turn.thread) ?? turn;
      const [got, lacked] = [turn.had - had, turn.waited - waited];
      if (!this.#begun.has(turn.thread)) this.#begun.set(turn.thread, turn);
      if (got + lacked < windowNs) continue;
      this.#worst = Math.max(this.#worst, (got + lacked) / Math.max(got, 1));
      this.#begun.set(turn.thread, turn);
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
      const [had, waited] = readFileSync(`${tasks}/${thread}/schedstat`, 'latin1').split(' ').map(Number);
      return { thread, had: had ?? 0, waited: waited ?? 0 };
    });
  } catch {
    return [];
  }
}
