/** One worker thread, restarted when it hangs, dies, or has grown old. */
import { Worker } from 'node:worker_threads';
import type { Order } from './worker.ts';

/** How an order ended: with an answer, or the thread with it. */
export type Ending<T> = { readonly answer: T } | { readonly died: string };

/** Modules of past mutants are never freed, so a thread does only so many orders. */
const ordersOfALife = 200;
const mebibytes = 1024;
/** Wall milliseconds beyond its limit after which an order that uses no CPU is given up: it waits for what never comes. */
const patience = 60_000;

export class Thread {
  #worker: Worker | undefined;
  #orders = 0;
  #end: (ending: Ending<never>) => void = () => {};

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: mebibytes },
      stdout: true,
      stderr: true,
    });
    worker.on('message', (ending) => this.#end(ending));
    worker.on('error', () => this.#end({ died: 'crash' }));
    worker.on('exit', () => this.#end({ died: 'exit' }));
    return worker;
  }

  /** Does an order within `limit` milliseconds of CPU that this process may spend meanwhile. */
  async run<T>(order: Order, limit: number): Promise<Ending<T>> {
    if (this.#orders >= ordersOfALife) await this.stop();
    this.#orders += 1;
    this.#worker ??= this.#start();
    const { promise, resolve } = Promise.withResolvers<Ending<T>>();
    this.#end = resolve;
    const cpu = process.cpuUsage();
    const begin = performance.now();
    const watch = setInterval(() => {
      const { user, system } = process.cpuUsage(cpu);
      const wall = performance.now() - begin;
      if ((wall > limit && (user + system) / 1000 > limit) || wall > limit + patience) resolve({ died: 'time limit' });
    }, 100);
    this.#worker.postMessage(order);
    const ending = await promise;
    clearInterval(watch);
    if ('died' in ending) await this.stop();
    return ending;
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#orders = 0;
    this.#end = () => {};
    await worker?.terminate();
  }
}
