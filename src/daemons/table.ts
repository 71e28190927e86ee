import { EspalierError } from '../base/errors.ts';
import type { FactBody } from '../evidence/text/facts.ts';
import type { Fault, FaultKind } from '../evidence/text/faults.ts';
import type { Stack } from '../model/stacks.ts';
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

function daemonOf(one: DaemonSlice, release: Release, stack: Stack = one.stacks[0]): Daemon {
  const { version, image, imageFor } = release;
  const id = `${one.name}-${version}${stack === one.stacks[0] ? '' : `-${stack}`}`;
  const refusal = refusalOf(one, release, stack);
  return {
    id,
    slice: one,
    version,
    stack,
    ...(refusal !== undefined && { refusal }),
    image: imageFor?.[stack] ?? image,
    control: one.control(version, stack),
  };
}

/** Why a release cannot be had over a stack. */
function refusalOf({ name, stacks, withoutStack, versions }: DaemonSlice, release: Release, stack: Stack) {
  if (stacks.includes(stack) || release.imageFor?.[stack] !== undefined) return undefined;
  const others = versions.filter(({ imageFor }) => imageFor?.[stack] !== undefined).map(({ version }) => version);
  if (others.length > 0) return `only ${others.join(', ')} is built with ${stack}`;
  return withoutStack?.[stack] ?? `${name} cannot use ${stack}; it has ${stacks.join(', ')}`;
}

/** A daemon by name and version, over its usual stack or another. Throws a `scenario` error, with what there is, where no image has it. */
export function findDaemon(name: string, version: string, stack?: Stack): Daemon {
  const own = slices.find((one) => one.name === name);
  const release = own?.versions.find((one) => one.version === version);
  if (own !== undefined && release !== undefined) {
    if (stack === undefined || stack === own.stacks[0])
      return daemons.find((one) => one.slice === own && one.version === version) as Daemon;
    return daemonOf(own, release, stack);
  }
  const known = own?.versions.map((one) => one.version) ?? [];
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
