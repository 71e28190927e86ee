import type { IpsecSa } from '../../evidence/ipsec.ts';
import type { Tables } from '../../evidence/tables/tables.ts';
import type { GuardedEnd } from './mirrored.ts';

/** One end of an SA. */
export interface End extends GuardedEnd {
  readonly host: string;
}

/** An SA that only one host has. */
export interface SingleEnd extends End {
  /**
   * The SA of the other direction, made with it, is there at both ends. SAs are made and closed in pairs (RFC 7296,
   * 1.4.1): an exchange in flight is one by which a host has neither. One that is slow gets the other half in the end.
   */
  readonly torn: boolean;
}

/** The SAs of all hosts at one moment, each by a name that it keeps. */
export interface Paired {
  readonly pairs: ReadonlyMap<string, readonly [End, End]>;
  readonly single: ReadonlyMap<string, SingleEnd>;
}

/** What a host has at one moment. */
export interface HostTables extends Pick<Tables, 'sas' | 'policies'> {
  readonly host: string;
}

/** Finds the other end of every ESP and AH SA, by protocol and SPI. */
export function pairUp(hosts: readonly HostTables[]): Paired {
  const bySpi = new Map<string, End[]>();
  for (const { host, sas, policies } of hosts) {
    for (const sa of sas) {
      if (sa.larval || (sa.protocol !== 'esp' && sa.protocol !== 'ah')) continue;
      const key = keyOf(sa);
      const ends = bySpi.get(key) ?? [];
      ends.push({ host, sa, policies });
      bySpi.set(key, ends);
    }
  }
  const pairs = new Map<string, readonly [End, End]>();
  const alone = new Map<string, End>();
  for (const ends of bySpi.values()) {
    const matched = matches(ends);
    for (const pair of matched.pairs) pairs.set(freshKey(pairs, nameOf(pair[0])), pair);
    for (const end of matched.alone) alone.set(freshKey(alone, nameOf(end)), end);
  }
  const shared = new Set([...pairs.values()].map(([{ sa }]) => keyOf(sa)));
  const sasOf = new Map(hosts.map(({ host, sas }) => [host, sas]));
  const single = new Map<string, SingleEnd>();
  for (const [key, end] of alone) {
    const siblings = (sasOf.get(end.host) as readonly IpsecSa[]).filter((other) => isSibling(end.sa, other));
    single.set(key, { ...end, torn: siblings.some((other) => shared.has(keyOf(other))) });
  }
  return { pairs, single };
}

/** The name of an SA at all of its ends. */
export function keyOf({ protocol, spi }: Pick<IpsecSa, 'protocol' | 'spi'>): string {
  return `${protocol} ${spi}`;
}

/** SAs of one exchange are added in one go; times are whole seconds. */
function isSibling(a: IpsecSa, b: IpsecSa): boolean {
  const between = a.use.addTime - b.use.addTime;
  return (
    !b.larval &&
    a.protocol === b.protocol &&
    a.direction !== b.direction &&
    a.reqid === b.reqid &&
    a.source === b.destination &&
    a.destination === b.source &&
    between >= -1n &&
    between <= 1n
  );
}

/** A name without addresses: those move (RFC 4555), and the SA stays what it was. */
function nameOf({ host, sa }: End): string {
  return `${keyOf(sa)} ${host} ${sa.direction}`;
}

function freshKey(taken: ReadonlyMap<string, unknown>, name: string): string {
  return taken.has(name) ? freshKey(taken, `${name}, another`) : name;
}

interface Matched {
  readonly pairs: readonly (readonly [End, End])[];
  readonly alone: readonly End[];
}

/**
 * Who of the ends with one SPI belongs to whom. Ends with the same addresses first: a receiver chooses its SPIs by
 * itself, so two SAs may well have the same one, above all where people chose it.
 */
function matches(ends: readonly End[]): Matched {
  const pairs: (readonly [End, End])[] = [];
  let alone = ends;
  for (const fits of [sameAddresses, () => true]) {
    const waiting: End[] = [];
    for (const end of alone) {
      const at = waiting.findIndex((other) => isPeer(other, end) && fits(other, end));
      const peer = waiting[at];
      if (peer === undefined) waiting.push(end);
      else {
        waiting.splice(at, 1);
        pairs.push([peer, end]);
      }
    }
    alone = waiting;
  }
  return { pairs, alone };
}

function sameAddresses({ sa: a }: End, { sa: b }: End): boolean {
  const opposite = a.direction === undefined || a.direction !== b.direction;
  return opposite && a.source === b.source && a.destination === b.destination;
}

/** Of another host, or of the same one in the other direction. */
function isPeer(end: End, other: End): boolean {
  return other.host !== end.host || other.sa.direction !== end.sa.direction;
}
