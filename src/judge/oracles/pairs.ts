import { secondsText } from '../../base/text.ts';
import { commandAt, type FactEvidence } from '../../evidence/evidence.ts';
import type { IpsecSa, Selector } from '../../evidence/ipsec.ts';
import type { Life, Moment } from '../../evidence/tables/lives.ts';
import { type Tables, tablesAt } from '../../evidence/tables/tables.ts';
import type { Timeline } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import { type Excuse, type ExcusedFact, excuseFor } from './excuses.ts';
import { type GuardedEnd, unmirrored } from './mirrored.ts';
import { saText, selectorText } from './words-of-facts.ts';

/** One end of an SA. */
interface End extends GuardedEnd {
  readonly host: string;
}

/** An SA that only one host has. */
interface SingleEnd extends End {
  /**
   * The SA of the other direction, made with it, is there at both ends. SAs are made and closed in pairs (RFC 7296,
   * 1.4.1): an exchange in flight is one by which a host has neither. One that is slow gets the other half in the end.
   */
  readonly torn: boolean;
}

/** An SA that only one host has, over a time. */
export interface HalfOpen extends SingleEnd {
  /** Virtual nanoseconds since 1970: the first and the last boundary at which it was so. */
  readonly since: bigint;
  readonly until: bigint;
  /** It was still so at the last boundary. */
  readonly stays: boolean;
  /** Why it may be. */
  readonly excuse?: Excuse | 'in flight';
}

/** What the two-ended check found. */
export interface PairFindings {
  readonly pairs: number;
  readonly halfOpen: readonly HalfOpen[];
  readonly issues: readonly Issue[];
}

/**
 * Virtual nanoseconds that an exchange may take before its peer counts as gone: libreswan's default
 * `retransmit-timeout`; RFC 7296, 2.4 leaves the figure to implementations.
 */
const exchange = 60_000_000_000n;

/**
 * Compares both ends of every ESP and AH SA at every command boundary before the post-mortem, and at the end. Ends are found by
 * protocol and SPI; addresses may differ where NAT stands between, which shows by UDP or TCP encapsulation.
 */
export function comparePairs(evidence: FactEvidence): PairFindings {
  const { timeline, commands } = evidence;
  const open = new Map<string, HalfOpen>();
  const over: HalfOpen[] = [];
  const disagreements = new Map<string, Issue>();
  const pairs = new Set<string>();
  let last: readonly Tables[] | undefined;
  let single = new Map<string, SingleEnd>();
  for (const { sequence, time } of moments(evidence)) {
    const tables = timeline.hosts.map((host) => tablesAt(host, sequence));
    const unchanged = last?.every((one, index) => one === tables[index]);
    if (!unchanged) {
      const now = pairUp(timeline.hosts.map(({ host }, index) => ({ host, ...(tables[index] as Tables) })));
      single = now.single;
      for (const [key, [a, b]] of now.pairs) {
        pairs.add(key);
        for (const what of disagree([a, b], time, evidence)) {
          const line = commandAt(commands, time)?.line;
          const issue = disagreement([a, b], what, line);
          if (!disagreements.has(`${key} ${what}`)) disagreements.set(`${key} ${what}`, issue);
        }
      }
    }
    last = tables;
    for (const [key, end] of single) {
      open.set(key, { ...(open.get(key) ?? { ...end, since: time }), torn: end.torn, until: time, stays: true });
    }
    for (const [key, half] of open) {
      if (single.has(key)) continue;
      over.push({ ...half, until: time, stays: false });
      open.delete(key);
    }
  }
  const halfOpen = [...over, ...open.values()].map((half) => withExcuse(half, evidence));
  const lonely = halfOpen.filter(({ excuse }) => excuse === undefined).map((half) => halfOpenIssue(half, evidence));
  return { pairs: pairs.size, halfOpen, issues: [...disagreements.values(), ...lonely] };
}

/**
 * When hosts are compared. Time may pass behind the last command, in a scenario that lets it; a post-mortem, which ends daemons, is
 * typed directly behind it.
 */
function moments({ timeline, postMortem }: FactEvidence): readonly Moment[] {
  const boundaries = timeline.boundaries.filter(({ command }) => command < postMortem);
  const open = postMortem === Number.POSITIVE_INFINITY && timeline.end !== undefined;
  return open ? [...boundaries, timeline.end] : boundaries;
}

interface Paired {
  readonly pairs: ReadonlyMap<string, readonly [End, End]>;
  readonly single: Map<string, SingleEnd>;
}

function pairUp(hosts: readonly (Pick<Tables, 'sas' | 'policies'> & { readonly host: string })[]): Paired {
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

function keyOf({ protocol, spi }: IpsecSa): string {
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

/** In which ways two ends that should be one SA are not. */
function disagree([one, other]: readonly [End, End], time: bigint, evidence: FactEvidence): string[] {
  const [a, b] = [one.sa, other.sa];
  const found: string[] = [];
  const nat = a.encapsulation !== undefined && b.encapsulation !== undefined;
  const isMeant = (fact: ExcusedFact): boolean =>
    excuseFor({ fact, sa: a, hosts: [one.host, other.host], from: time, until: time }, evidence) !== undefined;
  const check = (what: string, left: unknown, right: unknown): void => {
    if (left !== right) found.push(`${what}: ${String(left)}, ${String(right)}`);
  };
  const checkKeys = (what: string, left?: { name: string; key: Uint8Array }, right?: typeof left): void => {
    check(what, left?.name, right?.name);
    if (left && right && left.name === right.name && !sameBytes(left.key, right.key)) found.push(`${what} keys differ`);
  };
  checkKeys('encryption', a.encryption, b.encryption);
  checkKeys('integrity', a.integrity, b.integrity);
  checkKeys('AEAD', a.aead, b.aead);
  check('truncation', a.integrity?.truncation, b.integrity?.truncation);
  check('ICV bits', a.aead?.icv, b.aead?.icv);
  check('mode', a.mode, b.mode);
  check('ESN', a.esn, b.esn);
  if (!isMeant('encapsulation')) check('encapsulation', a.encapsulation?.type, b.encapsulation?.type);
  if (a.direction !== undefined && a.direction === b.direction) found.push(`both are of direction ${a.direction}`);
  if (nat || isMeant('addresses')) return found;
  check('addresses', `${a.source} > ${a.destination}`, `${b.source} > ${b.destination}`);
  if (restricts(a.selector) && restricts(b.selector)) {
    check('selectors', selectorText(a.selector), selectorText(b.selector));
  }
  const policies = unmirrored(one, other);
  if (policies !== undefined) found.push(`policies: ${policies}`);
  return found;
}

/** Whether an SA's own selector says anything: PF_KEY sets none, and others set one in transport mode only. */
function restricts({ source, destination, protocol, sourcePort, destinationPort }: Selector): boolean {
  return [source.prefix, destination.prefix, protocol, sourcePort.mask, destinationPort.mask].some(
    (part) => part !== 0,
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function disagreement([a, b]: readonly [End, End], what: string, command?: string): Issue {
  const message = `both ends of an SA do not agree on ${what}`;
  const excerpt = `${a.host}: ${saText(a.sa)}\n${b.host}: ${saText(b.sa)}`;
  return issueOf('sa-disagreement', { host: a.host, ...(command && { command }), message, excerpt });
}

function withExcuse(half: HalfOpen, evidence: FactEvidence): HalfOpen {
  const { host, sa, since, until } = half;
  const fact = half.torn && !wasShared(half, evidence.timeline) ? 'torn' : 'half-open';
  const finding = { fact, sa, hosts: [host], from: since, until } as const;
  const excuse = excuseFor(finding, evidence) ?? (isInFlight(half, fact, evidence) ? 'in flight' : undefined);
  return excuse === undefined ? half : { ...half, excuse };
}

function isInFlight(half: HalfOpen, fact: 'torn' | 'half-open', evidence: FactEvidence): boolean {
  const slow = half.until - half.since >= exchange || (half.torn && (fact === 'torn' || half.stays));
  return !slow && !usedByPeer(half, evidence) && !usedAlone(half, evidence);
}

/** Another host had the SA at some time. */
function wasShared({ host, sa }: HalfOpen, { hosts }: Timeline): boolean {
  return hosts.some((other) => other.host !== host && other.sas.some((life) => isLifeOf(life, sa)));
}

function isLifeOf({ versions }: Life<IpsecSa>, sa: IpsecSa): boolean {
  return versions.some(({ value }) => !value.larval && keyOf(value) === keyOf(sa));
}

/** Packets went through it, and no other host has it at any time: what was negotiated has never been the same. */
function usedAlone({ host, sa }: HalfOpen, { timeline }: FactEvidence): boolean {
  let used = false;
  for (const one of timeline.hosts) {
    for (const { value } of one.sas.flatMap(({ versions }) => versions)) {
      if (value.spi !== sa.spi || value.protocol !== sa.protocol || value.larval) continue;
      if (one.host !== host) return false;
      used ||= value.use.packets > 0n;
    }
  }
  return used;
}

/** Its peer goes on sending through it, and has no such SA: no exchange explains that. */
function usedByPeer({ host, sa, since }: HalfOpen, { protectedPackets }: FactEvidence): boolean {
  return protectedPackets.some(
    ({ frame, protocol, spi, source, copy }) =>
      spi === sa.spi &&
      protocol === sa.protocol &&
      source === sa.source &&
      frame.time >= since &&
      frame.sender !== undefined &&
      frame.sender !== host &&
      !copy,
  );
}

function halfOpenIssue({ host, sa, since, until, stays }: HalfOpen, { commands }: FactEvidence): Issue {
  const time = `${secondsText(Number(until - since) / 1e6)}${stays ? ', to the end' : ''}`;
  const command = commandAt(commands, since);
  const place = { host, ...(command && { command: command.line }) };
  return issueOf('half-open', { ...place, message: `no other host has the ${saText(sa)} (for ${time})` });
}
