import { EspalierError } from '../base/errors.ts';
import type { FactBody } from '../evidence/text/facts.ts';
import type { Fault, FaultKind } from '../evidence/text/faults.ts';
import * as table from './all.ts';
import type { Daemon, DaemonSlice, Release } from './daemon.ts';
import { slice } from './host.ts';

/** The names of daemons, which are those of their constructors. */
export type DaemonName = keyof typeof table;

/** Every daemon that labs can have, by name. */
export const slices: readonly DaemonSlice[] = Object.values(table).map(({ [slice]: one }) => one);

/** Every version of every daemon, newest first. */
export const daemons: readonly Daemon[] = slices.flatMap((one) =>
  one.versions.map((release) => daemonOf(one, release)),
);

function daemonOf(one: DaemonSlice, { version, image }: Release): Daemon {
  return { id: `${one.name}-${version}`, slice: one, version, image, control: one.control(version) };
}

/** A daemon by name and version. Throws a `scenario` error, with what there is, where no image has it. */
export function findDaemon(name: string, version: string): Daemon {
  const found = daemons.find((one) => one.slice.name === name && one.version === version);
  if (found !== undefined) return found;
  const known = slices.find((one) => one.name === name)?.versions.map((one) => one.version) ?? [];
  throw new EspalierError('scenario', `there is no image with ${name} ${version}; there are ${known.join(', ')}`);
}

/** The way in which a daemon says that it has a fault of a kind. Throws where it has none. */
export function faultOf(name: DaemonName, kind: FaultKind): Fault {
  const found = slices.find((one) => one.name === name)?.faults.find((fault) => fault.kind === kind);
  if (found === undefined) throw new EspalierError('bug', `${name} does not report ${kind}`);
  return found;
}

/** The image of hosts without a daemon. */
export const plainImage = plainOf(slices.flatMap(({ versions }) => versions));

function plainOf(releases: readonly Release[]): string {
  const [first, second] = releases.filter(({ plain }) => plain);
  if (first !== undefined && second === undefined) return first.image;
  throw new EspalierError('bug', 'exactly one image has to be that of plain hosts');
}

/** Facts of one line of a console, by the first daemon that knows the line as its own. Empty: none does, or it tells nothing. */
export function daemonFacts(line: string): readonly FactBody[] {
  for (const one of slices) {
    const facts = one.readLine(line);
    if (facts.length > 0) return facts;
  }
  return [];
}
