/**
 * The one place where timers live; lint forbids them elsewhere. Nothing in Espalier sleeps a
 * guess: it waits for a condition, with a deadline behind it.
 */
import { EspalierError } from './errors.ts';

/** A timer that is stopped by leaving its scope. */
export interface Timer extends Disposable {
  stop(): void;
}

function timer(stop: () => void): Timer {
  return { stop, [Symbol.dispose]: stop };
}

/** Calls `expired` once after `ms` of wall time unless stopped before. */
export function deadline(ms: number, expired: () => void): Timer {
  const handle = setTimeout(expired, ms);
  return timer(() => clearTimeout(handle));
}

/** Calls `tick` every `ms`; does not keep the process alive. */
export function every(ms: number, tick: () => void): Timer {
  const handle = setInterval(tick, ms);
  handle.unref();
  return timer(() => clearInterval(handle));
}

/** Lets timers, input and output have their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** What `until` waits for, and how long. */
export interface Wait {
  /** Completes the sentence "gave up waiting for …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Polls `condition` until it gives something other than `undefined` or `false`, and returns
 * that. Throws an `infrastructure` error at the deadline, `cancelled` when the signal fires.
 */
export async function until<T>(condition: () => T | Promise<T>, wait: Wait): Promise<NonNullable<T>> {
  const end = performance.now() + wait.timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (wait.signal?.aborted) throw new EspalierError('cancelled', `stopped while waiting for ${wait.what}`);
    if (performance.now() >= end) {
      throw new EspalierError('infrastructure', `gave up waiting for ${wait.what} after ${wait.timeoutMs / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, wait.intervalMs ?? 20));
  }
}
