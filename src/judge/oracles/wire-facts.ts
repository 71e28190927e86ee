import type { FactEvidence, ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import { isKnown, tablesAt } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { FactSummary, Issue } from '../../model/verdict.ts';
import type { Choices } from './choice.ts';
import type { ExcusedFact } from './excuse-rules.ts';
import { excuseFor, findingOf } from './excuses.ts';
import type { Leak } from './leaks.ts';
import type { Unjudged } from './lost-events.ts';
import { acceptedReplays } from './replays.ts';
import { strangers, untimely } from './strangers.ts';
import { strayed } from './strays.ts';
import { type Hosts, hostsByName, placeOf } from './wire-place.ts';
import { spiText } from './words-of-facts.ts';

export interface WireFindings {
  readonly packets: FactSummary['packets'];
  readonly issues: readonly Issue[];
  /** Frames of packets that carry cleartext, copies too. */
  readonly leaks: readonly Leak[];
  readonly unjudged: readonly Unjudged[];
}

/** Judges every protected packet: whether it opens, what was inside, and whether a replay was accepted. */
export function judgeWire(evidence: FactEvidence, choices: Choices): WireFindings {
  const packets = { verified: 0, unauthenticated: 0, refused: 0, unjudged: 0, 'no-sa': 0, replayed: 0 };
  const hosts = hostsByName(evidence);
  const issues: Issue[] = [];
  const unjudged: Unjudged[] = [];
  /** Takes what is found by tables, if they are known. */
  const found = (packet: ProtectedPacket, list: readonly Issue[]): void => {
    const host = list.length > 0 ? unknownHost(hosts, packet, choices) : undefined;
    if (host === undefined) issues.push(...list);
    else unjudged.push({ host, frame: packet.frame });
  };
  for (const packet of evidence.protectedPackets) {
    if (packet.copy || packet.declared) continue;
    packets[packet.word] += 1;
    const sender = senderOf(hosts, packet);
    if (packet.word === 'refused') issues.push(...refusal(packet, sender?.sa, evidence));
    if (packet.word === 'no-sa') found(packet, unknown(packet, evidence));
    if (packet.inner && sender?.sa) {
      const tunnelled = { packet, inner: packet.inner, sender: sender.host, sa: sender.sa };
      found(packet, strayed(tunnelled, evidence, choices));
    }
  }
  for (const { packet, issue } of [...strangers(evidence), ...untimely(evidence, choices)]) found(packet, [issue]);
  issues.push(...acceptedReplays(evidence));
  return { packets, issues, leaks: unencrypted(evidence), unjudged };
}

/** A host whose tables are not known when a packet was made: its sender, or whoever may have had the SA. */
function unknownHost(hosts: Hosts, { frame }: ProtectedPacket, choices: Choices): string | undefined {
  const unknown = (host: HostTimeline): boolean =>
    host.gaps.length > 0 && !isKnown(host, choices.earliest(host, frame), frame.time);
  const sender = hosts.get(frame.sender);
  if (sender && unknown(sender)) return sender.host;
  return [...hosts.values()].find(unknown)?.host;
}

function unencrypted({ protectedPackets }: FactEvidence): Leak[] {
  return protectedPackets
    .filter(({ word, reason, declared }) => word === 'refused' && reason === 'cleartext' && !declared)
    .map(({ frame }) => ({ kind: 'not-encrypted', frame }));
}

/** The host that sent a packet, and its SA for it. */
function senderOf(hosts: Hosts, packet: ProtectedPacket): { host: HostTimeline; sa: IpsecSa | undefined } | undefined {
  const host = hosts.get(packet.frame.sender);
  return host && { host, sa: saOf(host, packet) };
}

function saOf(host: HostTimeline, { protocol, spi, frame }: ProtectedPacket): IpsecSa | undefined {
  const fits = (sa: IpsecSa): boolean => sa.spi === spi && sa.protocol === protocol;
  const now = tablesAt(host, frame.time).sas.find(fits);
  return now ?? host.sas.flatMap(({ versions }) => versions.map(({ value }) => value)).findLast(fits);
}

function refusal(packet: ProtectedPacket, sa: IpsecSa | undefined, evidence: FactEvidence): Issue[] {
  const { protocol, spi, reason } = packet;
  const name = `${protocol} packet of SA ${spiText(spi)}`;
  const place = placeOf(packet, evidence);
  if (reason === 'cleartext') {
    return [issueOf('not-encrypted', { ...place, message: `${name} carries cleartext` })];
  }
  if (isMeant('refused', packet, evidence)) return [];
  // The ICV of AH covers addresses: behind a translator it is wrong, and must be (RFC 4302, 3.3.3.1.1).
  if (protocol === 'ah' && sa === undefined && isMeant('rewritten', packet, evidence)) return [];
  return [issueOf('not-verified', { ...place, message: `${name} does not verify: ${reason}` })];
}

function isMeant(fact: ExcusedFact, packet: ProtectedPacket, evidence: FactEvidence): boolean {
  return excuseFor(findingOf(fact, packet), evidence) !== undefined;
}

/** Kernels tell of every SA, so a packet of none was not made by an IPsec of the lab, or was changed on its way. */
function unknown(packet: ProtectedPacket, evidence: FactEvidence): Issue[] {
  if (isMeant('refused', packet, evidence)) return [];
  const message = `no host ever had the SA of this packet, ${packet.protocol} ${spiText(packet.spi)}`;
  return [issueOf('unknown-sa', { ...placeOf(packet, evidence), message })];
}
