import { every } from '../../../base/deadline.ts';
import { EspalierError } from '../../../base/errors.ts';
import type { Origin } from '../../../model/scenario.ts';
import { errorOrigin } from '../api/origin.ts';
import type { Stepper } from './stepper.ts';

/** When a scenario's function counts as one that never ends. */
export interface Patience {
  /** Wall ms in which it asks for nothing: it awaits what never comes. */
  readonly stuckMs: number;
  /** CPU ms of its lab: it asks again and again. A month of rekeys takes a third. */
  readonly cpuMs: number;
  /** Wall ms between two looks. */
  readonly lookMs: number;
}

const usual: Patience = { stuckMs: 300_000, cpuMs: 1_800_000, lookMs: 1_000 };

/** What is watched. */
export interface Watch {
  readonly stepper: Pick<Stepper, 'steps' | 'pending' | 'cpuMs'>;
  /** Where the scenario is declared. */
  readonly origin: Origin;
  readonly patience?: Patience;
}

/** A running scenario, and how an error that nobody awaited reaches it. */
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
 * (Node would end the whole process for it), that it stands still, or that it goes on for ever.
 */
export async function watched({ stepper, origin, patience = usual }: Watch, body: () => Promise<void>): Promise<void> {
  const { stuckMs, cpuMs, lookMs } = patience;
  const stopped = Promise.withResolvers<never>();
  const stop = (message: string, place: Origin): void =>
    stopped.reject(new EspalierError('scenario', message, { file: place.file, line: place.line }));
  let seen = stepper.steps.length;
  let since = performance.now();
  using _watch = every(lookMs, () => {
    const [step] = stepper.pending.values();
    if (step !== undefined || stepper.steps.length !== seen) since = performance.now();
    seen = stepper.steps.length;
    if (stepper.cpuMs > cpuMs) {
      stop(`its lab has used ${cpuMs / 1000} s of CPU, and the function goes on; does it end?`, step ?? origin);
    } else if (performance.now() - since >= stuckMs) {
      stop(`the function has asked for nothing in ${stuckMs / 1000} s; does it await what never comes?`, origin);
    }
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
