import { secondsText } from '../../base/text.ts';
import { commandAt, type FactEvidence, latenessOf } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import type { Life, Version } from '../../evidence/tables/lives.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import type { Excuse } from './excuse-rules.ts';
import { excuseFor } from './excuses.ts';
import { keyOf, type SingleEnd } from './pair-up.ts';
import type { Span } from './standing.ts';
import { saText } from './words-of-facts.ts';

/** An SA that only one host has, over a time. */
export interface HalfOpen extends SingleEnd {
  /** Virtual nanoseconds since 1970: the first and the last moment at which it was so. */
  readonly since: bigint;
  readonly until: bigint;
  /** It was still so at the end. */
  readonly stays: boolean;
  /** Why it may be. */
  readonly excuse?: Excuse | 'in flight';
}

/**
 * Virtual nanoseconds that an exchange may take before its peer counts as gone: libreswan's default
 * `retransmit-timeout`; RFC 7296, 2.4 leaves the figure to implementations.
 */
const exchange = 60_000_000_000n;

/** What stood over a time as an SA of one host, with the reason for which it may be, if there is one. */
export function halfOpenOf({ first, last, since, until, stays }: Span<SingleEnd>, evidence: FactEvidence): HalfOpen {
  const half = { ...first, torn: last.torn, since, until, stays };
  const { host, sa } = half;
  const shared = wasShared(half, evidence);
  const fact = half.torn && !shared ? 'torn' : 'half-open';
  const flight = half.torn && (!shared || half.stays) ? since : flightEnd(half, evidence);
  const excuse =
    excuseFor({ fact, sa, hosts: [host], from: since, due: flight, until }, evidence) ??
    (until < flight ? ('in flight' as const) : undefined);
  return excuse === undefined ? half : { ...half, excuse };
}

/** The issue of a half-open SA that nothing excuses. */
export function halfOpenIssue({ host, sa, since, until, stays }: HalfOpen, { commands }: FactEvidence): Issue {
  const time = `${secondsText(Number(until - since) / 1e6)}${stays ? ', to the end' : ''}`;
  const command = commandAt(commands, since);
  const place = { host, ...(command && { command: command.line }) };
  return issueOf('half-open', { ...place, message: `no other host has the ${saText(sa)} (for ${time})` });
}

/** From when on no exchange explains it that is still under way. */
function flightEnd(half: HalfOpen, evidence: FactEvidence): bigint {
  if (usedAlone(half, evidence)) return half.since;
  const used = firstUse(half, evidence);
  const late = half.since + exchange;
  return used !== undefined && used < late ? used : late;
}

/** Another host had the SA at some time. */
function wasShared({ host, sa }: HalfOpen, { timeline }: FactEvidence): boolean {
  return timeline.hosts.some((other) => other.host !== host && other.sas.some((life) => isLifeOf(life, sa)));
}

function isLifeOf({ versions }: Life<IpsecSa>, sa: Pick<IpsecSa, 'protocol' | 'spi'>): boolean {
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

/** When its peer first sent through it without having such an SA: no exchange explains that. */
function firstUse({ host, sa, since }: HalfOpen, evidence: FactEvidence): bigint | undefined {
  const { protectedPackets, timeline } = evidence;
  const has = (sender: string, time: bigint): boolean =>
    timeline.hosts.some(
      (one) =>
        one.host === sender &&
        one.sas.some((life) => isLifeOf(life, sa) && spans(life, time, one.exact ? 0n : latenessOf(evidence))),
    );
  const found = protectedPackets.find(
    ({ frame: { time, sender }, protocol, spi, source, copy }) =>
      spi === sa.spi &&
      protocol === sa.protocol &&
      source === sa.source &&
      time >= since &&
      sender !== undefined &&
      sender !== host &&
      !copy &&
      !has(sender, time),
  );
  return found?.frame.time;
}

/** Whether an entry was there at a time, or may have been, since events may be recorded late. */
function spans({ versions: [first], ended }: Life<IpsecSa>, time: bigint, late: bigint): boolean {
  const born = (first as Version<IpsecSa>).time <= time + late;
  return born && (ended === undefined || ended.time >= time - late);
}
