import { EspalierError } from '../../base/errors.ts';
import type { AttemptFiles } from '../../evidence/attempt/attempt.ts';
import type { Lab } from '../../lab/substrate/lifecycle.ts';
import type { HeldLab, LoadedScenario } from '../../model/suite.ts';
import { attemptFiles } from '../../store/attempt-files.ts';

/** A scenario's function and the lab that it is called with. */
interface Call {
  readonly drive: NonNullable<LoadedScenario['drive']>;
  readonly lab: Lab;
  readonly dir: string;
  /** What came of the function, for people, from the files of a folder. */
  readonly outcome: (attempt: AttemptFiles) => string;
  /** The first step that is not typed, by its number; `undefined`: all are. */
  readonly at: number | undefined;
}

/**
 * Calls a scenario's function up to its end, its first failed check or a step, and leaves the lab as it is then. Returns what came
 * of it, for people.
 */
export async function callFunction({ drive, lab, dir, outcome, at = Number.POSITIVE_INFINITY }: Call): Promise<string> {
  let stopped = false;
  const heldLab: HeldLab = {
    dir,
    get over() {
      return lab.ending;
    },
    get cpuMs() {
      return lab.cpuMs;
    },
    send: async (orders) => {
      const wanted = orders.filter(({ kind }) => kind !== 'end');
      stopped ||= wanted.some((order) => order.kind === 'command' && order.step >= at);
      // Whatever the function does with it: nothing more is typed.
      if (stopped && wanted.length > 0) throw new EspalierError('scenario', `stopped before step ${at}`);
      if (wanted.length > 0 || orders.length === 0) await lab.send(wanted);
    },
  };
  await drive(heldLab);
  if (stopped) return `stopped before step ${at}`;
  return outcome(attemptFiles(dir));
}
