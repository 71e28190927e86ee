import { compare } from '../../base/text.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import type { Moment } from '../../evidence/tables/lives.ts';
import type { Timeline } from '../../evidence/tables/timeline.ts';

/** Virtual nanoseconds without a change of any table, after which daemons are not in the middle of one. */
const quiet = 1_000_000_000n;

/**
 * The moments at which hosts are compared, in order: command boundaries; the last change before every quiet second, since one
 * command may last for hours; and the end of what is judged, since time may pass behind the
 * last command.
 */
export function momentsOf({ timeline, end }: FactEvidence): Moment[] {
  const boundaries = timeline.boundaries.filter(({ command }) => command < end.sequence);
  const all = [...boundaries, ...settledMoments(timeline, end), end].sort(bySequence);
  return all.filter(({ sequence }, at) => sequence !== all[at + 1]?.sequence);
}

/** Where tables are known that stay as they are for a while. */
function settledMoments({ hosts }: Timeline, end: Moment): Moment[] {
  const changes = hosts
    .flatMap(({ sas, policies }) => [...sas, ...policies])
    .flatMap(({ versions, ended }): Moment[] => (ended ? [...versions, ended] : [...versions]))
    .filter(({ sequence }) => sequence < end.sequence)
    .sort(bySequence);
  const gaps = hosts.flatMap((host) => host.gaps);
  return changes.filter(({ time, sequence }, at) => {
    const next = changes[at + 1] ?? end;
    const unknown = gaps.some(({ from, to }) => from.sequence < sequence && sequence < to.sequence);
    return next.time - time >= quiet && !unknown;
  });
}

function bySequence(a: Moment, b: Moment): number {
  return compare(a.sequence, b.sequence);
}
