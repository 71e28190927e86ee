import { pause } from '../pause.ts';

/** Requests that are held until something happens: by topic. */
export class Waiting {
  readonly #wakers = new Map<string, Set<() => void>>();

  /** Wakes all that wait for a topic. */
  wake(topic: string): void {
    for (const waker of this.#wakers.get(topic) ?? []) waker();
  }

  wakeAll(): void {
    for (const topic of this.#wakers.keys()) this.wake(topic);
  }

  /**
   * Asks until there is an answer other than `undefined`: now, whenever the topic is woken, and every few seconds, since a wake-up
   * may get lost with a connection. `undefined` after `seconds`, or once the signal fires.
   */
  async until<T>(
    topic: string,
    ask: () => Promise<T | undefined>,
    { seconds, signal }: Patience,
  ): Promise<T | undefined> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const woken = this.#awaken(topic);
      try {
        const answer = signal.aborted ? undefined : await ask();
        const left = end - performance.now();
        if (answer !== undefined || left <= 0 || signal.aborted) return answer;
        const ended = AbortSignal.any([signal, woken.signal]);
        await pause(Math.min(left, askAgainMs), ended);
      } finally {
        woken.stop();
      }
    }
  }

  /** A signal that fires when the topic is woken from now on. */
  #awaken(topic: string) {
    const controller = new AbortController();
    const waker = (): void => controller.abort();
    const wakers = this.#wakers.get(topic) ?? new Set();
    this.#wakers.set(topic, wakers.add(waker));
    const stop = (): void => {
      wakers.delete(waker);
      if (wakers.size === 0) this.#wakers.delete(topic);
    };
    return { signal: controller.signal, stop };
  }
}

const askAgainMs = 3000;

export interface Patience {
  readonly seconds: number;
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
}
