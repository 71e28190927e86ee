import { commandAt, type FactEvidence, lateness, type ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecPolicy, IpsecSa } from '../../evidence/ipsec.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import type { Version } from '../../evidence/tables/lives.ts';
import { type Flow, selectorMatches } from '../../evidence/tables/selectors.ts';
import { tablesAt } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { FactSummary, Issue } from '../../model/verdict.ts';
import { type ExcusedFact, excuseFor } from './excuses.ts';
import { flowOf, type Leak } from './leaks.ts';
import { saText, spiText } from './words-of-facts.ts';

export interface WireFindings {
  readonly packets: FactSummary['packets'];
  readonly issues: readonly Issue[];
  /** Frames of packets that carry cleartext, copies too. */
  readonly leaks: readonly Leak[];
}

/** Judges every protected packet: whether it opens, what was inside, and whether a replay was accepted. */
export function judgeWire(evidence: FactEvidence): WireFindings {
  const packets = { verified: 0, unauthenticated: 0, refused: 0, unjudged: 0, 'no-sa': 0, replayed: 0 };
  const hosts = hostsByName(evidence);
  const issues: Issue[] = [];
  for (const packet of evidence.protectedPackets) {
    if (packet.copy) continue;
    packets[packet.word] += 1;
    const sender = senderOf(hosts, packet);
    if (packet.word === 'refused') issues.push(...refusal(packet, sender?.sa, evidence));
    if (packet.word === 'no-sa') issues.push(...unknown(packet, evidence));
    if (packet.inner && sender?.sa) {
      issues.push(...strayed({ packet, inner: packet.inner, sender: sender.host, sa: sender.sa }, evidence));
    }
  }
  return {
    packets,
    issues: [...issues, ...strangers(evidence), ...acceptedReplays(evidence)],
    leaks: unencrypted(evidence),
  };
}

function unencrypted({ protectedPackets }: FactEvidence): Leak[] {
  return protectedPackets
    .filter(({ word, reason }) => word === 'refused' && reason === 'cleartext')
    .map(({ frame }) => ({ kind: 'not-encrypted', frame }));
}

/** By the name of a host; `undefined`, for frames that no host sent, is none. */
type Hosts = ReadonlyMap<string | undefined, HostTimeline>;

function hostsByName({ timeline }: FactEvidence): Hosts {
  return new Map(timeline.hosts.map((host) => [host.host, host]));
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

function placeOf(
  { frame }: ProtectedPacket,
  { commands }: FactEvidence,
): Pick<Issue, 'host' | 'file' | 'packet' | 'command'> {
  const command = commandAt(commands, frame.time)?.line;
  return {
    ...(frame.sender !== undefined && { host: frame.sender }),
    file: frame.file,
    packet: frame.number,
    ...(command !== undefined && { command }),
  };
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
  if (protocol === 'ah' && sa === undefined && isMeant('addresses', packet, evidence)) return [];
  return [issueOf('not-verified', { ...place, message: `${name} does not verify: ${reason}` })];
}

function isMeant(fact: ExcusedFact, packet: ProtectedPacket, evidence: FactEvidence): boolean {
  const { time, file, sender } = packet.frame;
  const hosts = sender === undefined ? [] : [sender];
  return excuseFor({ fact, sa: packet, hosts, file, from: time, until: time }, evidence) !== undefined;
}

/** Kernels tell of every SA, so a packet of none was not made by an IPsec of the lab, or was changed on its way. */
function unknown(packet: ProtectedPacket, evidence: FactEvidence): Issue[] {
  if (isMeant('refused', packet, evidence)) return [];
  const message = `no host ever had the SA of this packet, ${packet.protocol} ${spiText(packet.spi)}`;
  return [issueOf('unknown-sa', { ...placeOf(packet, evidence), message })];
}

/** Words of packets whose contents are known. */
const opened: ReadonlySet<ProtectedPacket['word']> = new Set(['verified', 'unauthenticated', 'replayed']);

/** SAs whose packets come from hosts that never had them. Who passes a packet on may be seen before who sent it. */
function strangers(evidence: FactEvidence): Issue[] {
  const hosts = hostsByName(evidence);
  const strange = new Map<string, ProtectedPacket | 'known'>();
  for (const packet of evidence.protectedPackets) {
    const { protocol, spi, frame } = packet;
    const key = `${protocol} ${spi}`;
    if (!opened.has(packet.word)) continue;
    const sender = hosts.get(frame.sender);
    const known = sender === undefined || sender.sas.some((life) => sends(life.versions, packet));
    strange.set(key, known ? 'known' : (strange.get(key) ?? packet));
  }
  return [...strange.values()].flatMap((packet) => {
    if (packet === 'known') return [];
    const message = `the packet opens, and its sender never had the SA, ${packet.protocol} ${spiText(packet.spi)}`;
    return [issueOf('unknown-sa', { ...placeOf(packet, evidence), message })];
  });
}

function sends(versions: readonly { readonly value: IpsecSa }[], { protocol, spi }: ProtectedPacket): boolean {
  return versions.some(({ value }) => value.spi === spi && value.protocol === protocol && value.direction !== 'in');
}

interface Tunnelled {
  readonly packet: ProtectedPacket;
  readonly inner: IpPacket;
  readonly sender: HostTimeline;
  readonly sa: IpsecSa;
}

/** What came out of a tunnel must be what a policy of its sender sends into it. */
function strayed({ packet, inner, sender, sa }: Tunnelled, evidence: FactEvidence): Issue[] {
  const flow = flowOf(inner);
  const about = aboutOf(inner);
  const leadsThere = ({ direction, templates, selector, flags }: IpsecPolicy): boolean =>
    direction === 'out' &&
    templates.some(({ reqid }) => reqid === sa.reqid) &&
    (selectorMatches(selector, flow) ||
      (about !== undefined && flags.includes('icmp') && selectorMatches(selector, about)));
  const { time } = packet.frame;
  const known = sender.policies.some(
    ({ versions, ended }) =>
      versions.some((version) => version.time <= time + lateness && leadsThere(version.value)) &&
      (ended === undefined || ended.time >= time - lateness),
  );
  if (known || inner.upper.kind === 'later-fragment') return [];
  const message = `${inner.source} > ${inner.destination} protocol ${inner.protocol} went through the ${saText(sa)}, and no policy sends it there`;
  return [issueOf('inner-selector', { ...placeOf(packet, evidence), message })];
}

/**
 * The flow that an ICMP error answers, backwards: a policy that chooses it takes the error too where it says so
 * (XFRM_POLICY_ICMP; net/ipv4/icmp.c, icmp_route_lookup).
 */
function aboutOf({ upper }: IpPacket): Flow | undefined {
  if (upper.kind !== 'icmp' || upper.quoted === undefined) return undefined;
  const { source, destination, sourcePort = 0, destinationPort = 0, ...flow } = flowOf(upper.quoted);
  return {
    ...flow,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
}

/** An SA whose receiver has counted more packets than were sent with different sequence numbers. */
function acceptedReplays(evidence: FactEvidence): Issue[] {
  const replayed = evidence.protectedPackets.filter(({ word, copy }) => word === 'replayed' && !copy);
  const issues: Issue[] = [];
  for (const { host, sas } of evidence.timeline.hosts) {
    for (const { versions } of sas) {
      const { value: sa } = versions.at(-1) as Version<IpsecSa>;
      if (sa.direction !== 'in' || sa.replayWindow === 0) continue;
      const again = replayed.find(({ spi, protocol }) => spi === sa.spi && protocol === sa.protocol);
      if (again === undefined) continue;
      const fresh = evidence.protectedPackets.filter(
        ({ spi, protocol, word, copy }) => spi === sa.spi && protocol === sa.protocol && word !== 'replayed' && !copy,
      );
      if (sa.use.packets <= BigInt(fresh.length)) continue;
      const message = `the ${saText(sa)} has taken ${sa.use.packets} packets, and only ${fresh.length} were sent with a sequence number of their own`;
      issues.push(issueOf('replay-accepted', { ...placeOf(again, evidence), host, message }));
    }
  }
  return issues;
}
