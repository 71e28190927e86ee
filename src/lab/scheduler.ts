import { type Candidate, type Capacity, choose } from './choose.ts';

/** An attempt to make and a judgement to make of it, as the scheduler sees them. */
export interface Task extends Candidate {
  /** Makes the attempt. The slot is free when this settles. */
  make(): Promise<void>;
  /** Judges it, outside the slots; what it returns (a retry) is put into the queue. */
  judge(): Promise<readonly Task[]>;
}

export interface SchedulerOptions {
  readonly capacity: Capacity;
  /** Judgements at once. */
  readonly judges: number;
  /** Once it fires no task is started and none is judged; `make` must see to its own end. */
  readonly signal: AbortSignal;
}

/** Runs tasks in this process. Resolves when nothing is running and nothing waits, or at a stop. */
export async function runTasks(tasks: readonly Task[], options: SchedulerOptions): Promise<void> {
  await new Scheduler(tasks, options).finished;
}

class Scheduler {
  readonly finished: Promise<void>;
  readonly #options: SchedulerOptions;
  readonly #waiting: Task[];
  #running = 0;
  readonly #toJudge: Task[] = [];
  readonly #done = Promise.withResolvers<void>();
  #judging = 0;

  constructor(tasks: readonly Task[], options: SchedulerOptions) {
    this.#options = options;
    this.#waiting = [...tasks];
    this.finished = this.#done.promise;
    this.#advance();
  }

  /** The only place that starts anything. Synchronous; called at the start and after every await. */
  #advance(): void {
    const { signal, capacity, judges } = this.#options;
    while (!signal.aborted && this.#judging < judges) {
      const task = this.#toJudge.shift();
      if (task === undefined) break;
      void this.#judge(task);
    }
    while (!signal.aborted) {
      const load = { running: this.#running, unjudged: this.#judging + this.#toJudge.length };
      const index = choose(this.#waiting, load, capacity);
      if (index === undefined) break;
      for (const task of this.#waiting.splice(index, 1)) void this.#run(task);
    }
    const left = signal.aborted ? 0 : this.#waiting.length + this.#toJudge.length;
    if (left + this.#running + this.#judging === 0) this.#done.resolve();
  }

  async #run(task: Task): Promise<void> {
    this.#running += 1;
    try {
      await task.make();
      this.#toJudge.push(task);
    } catch (error) {
      this.#done.reject(error);
    }
    this.#running -= 1;
    this.#advance();
  }

  async #judge(task: Task): Promise<void> {
    this.#judging += 1;
    try {
      this.#waiting.push(...(await task.judge()));
    } catch (error) {
      this.#done.reject(error);
    }
    this.#judging -= 1;
    this.#advance();
  }
}
