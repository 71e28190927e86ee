import { errorOrigin } from '../api/origin.ts';
import { every } from '../base/deadline.ts';
import { EspalierError } from '../base/errors.ts';
import type { Origin } from '../scenario/scenario.ts';
import type { Stepper } from './stepper.ts';

/** Wall milliseconds in which a scenario's function asks for nothing before it counts as stuck: it awaits what never comes. */
const stuckMs = 300_000;
const lookMs = 1_000;

/** A scenario that runs, and how it is told of an error that nobody awaited. */
interface Running {
  /** Where it is declared. */
  readonly origin: Origin;
  readonly tell: (error: unknown) => void;
}

const running = new Set<Running>();

/** Whose error it is: of the scenario declared last before its line. All hear of one from a file that they share. */
function tellOwner(error: unknown): void {
  const place = errorOrigin(error);
  const before = [...running].filter(({ origin }) => origin.file === place?.file && origin.line <= place.line);
  const last = Math.max(...before.map(({ origin }) => origin.line));
  const owners = before.filter(({ origin }) => origin.line === last);
  for (const { tell } of owners.length > 0 ? owners : running) tell(error);
}

/**
 * Runs a scenario's function and ends with it, or raises what it cannot tell itself: an error in a promise that nobody awaits
 * (Node would end the whole process for it), or that it stands still.
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
  const own: Running = { origin, tell: stopped.reject };
  if (running.size === 0) process.on('unhandledRejection', tellOwner);
  running.add(own);
  try {
    await Promise.race([body(), stopped.promise]);
  } finally {
    running.delete(own);
    if (running.size === 0) process.off('unhandledRejection', tellOwner);
  }
}
