import { every } from '../base/deadline.ts';
import { EspalierError } from '../base/errors.ts';
import type { Origin } from '../scenario/scenario.ts';
import type { Stepper } from './stepper.ts';

/** Wall milliseconds in which a scenario's function asks for nothing before it counts as stuck: it awaits what never comes. */
const stuckMs = 300_000;
const lookMs = 1_000;

/** What an error that nobody awaited is told to. */
type Stray = (error: unknown) => void;
const active = new Set<Stray>();

function tellAll(error: unknown): void {
  for (const stray of active) stray(error);
}

/**
 * Runs a scenario's function and ends with it, or raises what it cannot tell itself: an error in a promise that nobody awaits
 * (Node would end the whole process for it), or that it stands still. Scenarios that run at the same time all hear of such an error.
 */
export async function watched(stepper: Stepper, origin: Origin, body: () => Promise<void>): Promise<void> {
  const stopped = Promise.withResolvers<never>();
  let seen = stepper.steps.length;
  let since = performance.now();
  using _watch = every(lookMs, () => {
    if (stepper.pending.size > 0 || stepper.steps.length !== seen) since = performance.now();
    seen = stepper.steps.length;
    if (performance.now() - since < stuckMs) return;
    const message = `the function has asked for nothing in ${stuckMs / 1000} s; does it await what never comes?`;
    stopped.reject(new EspalierError('scenario', message, origin));
  });
  if (active.size === 0) process.on('unhandledRejection', tellAll);
  active.add(stopped.reject);
  try {
    await Promise.race([body(), stopped.promise]);
  } finally {
    active.delete(stopped.reject);
    if (active.size === 0) process.off('unhandledRejection', tellAll);
  }
}
