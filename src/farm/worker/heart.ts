import { Worker } from 'node:worker_threads';
import { moduleUrl } from '../../base/form.ts';
import type { FarmAddress } from '../wire/address.ts';
import type { HeartMessage } from './heart-thread.ts';

const thread = moduleUrl('farm/worker/heart-thread');

/** What is to be known of leases and session. */
export interface HeartEvents {
  /** A lease is the worker's no longer: what it makes is dropped. */
  readonly gone: (lease: string) => void;
  /** The session is over. */
  readonly over: (reason: string) => void;
}

/** Tells the farm every few seconds that a worker lives, and which jobs it has. */
export class Heart implements AsyncDisposable {
  readonly #thread: Worker;
  readonly #leases = new Set<string>();

  constructor(address: FarmAddress, session: string, { gone, over }: HeartEvents) {
    this.#thread = new Worker(thread, { workerData: { address, session } });
    this.#thread.on('message', (message: HeartMessage) => {
      if ('over' in message) return over(message.over);
      for (const lease of message.gone) gone(lease);
    });
    this.#thread.on('error', (error) => over(error.message));
  }

  hold(lease: string): void {
    this.#leases.add(lease);
    this.#tell();
  }

  release(lease: string): void {
    if (this.#leases.delete(lease)) this.#tell();
  }

  #tell(): void {
    this.#thread.postMessage({ leases: [...this.#leases] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }
}
