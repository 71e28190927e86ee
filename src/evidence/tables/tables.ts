import type { IpsecPolicy, IpsecSa, PolicyDefaults } from '../ipsec.ts';
import type { Life, Moment } from './lives.ts';
import type { HostTimeline } from './timeline.ts';

/** What a host has at one point of an attempt. Oldest entries first. */
export interface Tables {
  readonly sas: readonly IpsecSa[];
  readonly policies: readonly IpsecPolicy[];
  readonly defaults: PolicyDefaults;
}

const openDefaults: PolicyDefaults = { in: 'allow', fwd: 'allow', out: 'allow' };

/**
 * A host's tables after a record (a number: its sequence) or at a virtual time (a bigint, in nanoseconds; what
 * was told at that very time counts). Points between two changes give the same object.
 */
export function tablesAt(host: HostTimeline, point: number | bigint): Tables {
  const view = views.get(host) ?? newView(host);
  const index = countUntil(view.turns, point);
  view.tables[index] ??= tablesAfter(host, index === 0 ? -1 : (view.turns[index - 1] as Moment).sequence);
  return view.tables[index];
}

/** The moments at which a host's tables changed, and the tables before the first and after each of them. */
interface View {
  readonly turns: readonly Moment[];
  readonly tables: (Tables | undefined)[];
}

/** Oracles ask for every packet; most packets see the same tables. */
const views = new WeakMap<HostTimeline, View>();

function newView(host: HostTimeline): View {
  const bySequence = new Map<number, Moment>();
  const note = (moment: Moment): unknown => bySequence.set(moment.sequence, moment);
  for (const { versions, ended } of [...host.sas, ...host.policies]) {
    versions.forEach(note);
    if (ended) note(ended);
  }
  host.defaults.forEach(note);
  const turns = [...bySequence.values()].sort((a, b) => a.sequence - b.sequence);
  const view = { turns, tables: [] };
  views.set(host, view);
  return view;
}

/** How many of the moments are not after a point. Times of records never go back. */
function countUntil(moments: readonly Moment[], point: number | bigint): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const moment = moments[middle] as Moment;
    const reached = typeof point === 'number' ? moment.sequence <= point : moment.time <= point;
    if (reached) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tablesAfter(host: HostTimeline, sequence: number): Tables {
  return {
    sas: valuesAfter(host.sas, sequence),
    policies: valuesAfter(host.policies, sequence),
    defaults: host.defaults.findLast((one) => one.sequence <= sequence)?.value ?? openDefaults,
  };
}

function valuesAfter<T>(lives: readonly Life<T>[], sequence: number): T[] {
  const values: T[] = [];
  for (const { versions, ended } of lives) {
    if (ended && ended.sequence <= sequence) continue;
    const version = versions.findLast((one) => one.sequence <= sequence);
    if (version) values.push(version.value);
  }
  return values;
}
