import { EspalierError } from '../../base/errors.ts';
import type { Lab } from '../../lab/substrate/lifecycle.ts';
import type { ChecksFile } from '../../model/checks.ts';
import type { Origin } from '../../model/scenario.ts';
import type { HeldLab, LoadedScenario } from '../../model/suite.ts';
import { attemptFiles } from '../../store/attempt-files.ts';
import { readChecks } from '../../suites/scenarios/format.ts';

/** A scenario's function and the lab that it is called with. */
interface Call {
  readonly course: NonNullable<LoadedScenario['course']>;
  readonly lab: Lab;
  readonly dir: string;
  /** The first step that is not typed, by its number; `undefined`: all are. */
  readonly at: number | undefined;
}

/**
 * Calls a scenario's function up to its end, its first failed check or a step, and leaves the lab as it is then. Returns what came
 * of it, for people.
 */
export async function callCourse({ course, lab, dir, at = Number.POSITIVE_INFINITY }: Call): Promise<string> {
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
  await course(heldLab);
  if (stopped) return `stopped before step ${at}`;
  return told(readChecks(attemptFiles(dir)));
}

/** `first.scenario.ts:22: west: expected 2 IPsec SAs, received 0 IPsec SAs`. */
function told({ checks, fault }: ChecksFile): string {
  const failed = checks.filter(({ passed }) => !passed);
  const lines = failed.map(({ host, origin, expected, received }) =>
    line(origin, `${host}: expected ${expected}, received ${received}`),
  );
  if (fault) lines.push(line(fault.origin, `${fault.host === undefined ? '' : `${fault.host}: `}${fault.message}`));
  if (lines.length === 0) lines.push(`its function has ended; ${checks.length} checks passed`);
  return lines.join('\n');
}

function line(origin: Origin | undefined, message: string): string {
  return origin === undefined ? message : `${origin.file}:${origin.line}: ${message}`;
}
