import { compare } from '../../base/text.ts';
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
 * happened at that very time counts). Points between two changes give the same object.
 */
export function tablesAt(host: HostTimeline, point: number | bigint): Tables {
  return typeof point === 'number'
    ? tablesIn(viewOf(host).bySequence, host, point)
    : tablesIn(viewOf(host).byTime, host, point);
}

/** The times at which a host's tables changed, later than one and not later than another. */
export function turnsBetween(host: HostTimeline, after: bigint, until: bigint): readonly bigint[] {
  const { turns } = viewOf(host).byTime;
  return turns.slice(countUntil(turns, after), countUntil(turns, until));
}

/** Whether a host's tables are known at all times from one to another: no event of then is lost. */
export function isKnown({ gaps }: HostTimeline, from: bigint, until = from): boolean {
  return !gaps.some((gap) => gap.from.time < until && from < gap.to.time);
}

/**
 * One order of a host's changes, and the tables before the first and after each of them. An event may be recorded behind
 * the dump of a boundary that it came before, so the order of records is not always that of time.
 */
interface Order<Point extends number | bigint> {
  readonly turns: readonly Point[];
  readonly tables: (Tables | undefined)[];
  readonly pointOf: (moment: Moment) => Point;
}

interface View {
  readonly bySequence: Order<number>;
  readonly byTime: Order<bigint>;
}

/** Oracles ask for every packet; most packets see the same tables. */
const views = new WeakMap<HostTimeline, View>();

function viewOf(host: HostTimeline): View {
  const known = views.get(host);
  if (known) return known;
  const moments: Moment[] = [...host.sas, ...host.policies].flatMap(({ versions, ended }) =>
    ended ? [...versions, ended] : [...versions],
  );
  moments.push(...host.defaults);
  const view = {
    bySequence: orderOf(moments, ({ sequence }) => sequence),
    byTime: orderOf(moments, ({ time }) => time),
  };
  views.set(host, view);
  return view;
}

function orderOf<Point extends number | bigint>(
  moments: readonly Moment[],
  pointOf: (moment: Moment) => Point,
): Order<Point> {
  const turns = [...new Set(moments.map(pointOf))].sort(compare);
  return { turns, tables: [], pointOf };
}

function tablesIn<Point extends number | bigint>(order: Order<Point>, host: HostTimeline, point: Point): Tables {
  const { turns, tables, pointOf } = order;
  const index = countUntil(turns, point);
  const last = turns[index - 1];
  tables[index] ??= tablesAfter(host, (moment) => last !== undefined && pointOf(moment) <= last);
  return tables[index];
}

/** How many of the points, which are in order, are not after one. */
function countUntil<Point extends number | bigint>(points: readonly Point[], point: Point): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as Point) <= point) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Reached = (moment: Moment) => boolean;

function tablesAfter(host: HostTimeline, reached: Reached): Tables {
  return {
    sas: valuesAfter(host.sas, reached),
    policies: valuesAfter(host.policies, reached),
    defaults: host.defaults.findLast(reached)?.value ?? openDefaults,
  };
}

function valuesAfter<T>(lives: readonly Life<T>[], reached: Reached): T[] {
  const values: T[] = [];
  for (const { versions, ended } of lives) {
    if (ended && reached(ended)) continue;
    const version = versions.findLast(reached);
    if (version) values.push(version.value);
  }
  return values;
}
