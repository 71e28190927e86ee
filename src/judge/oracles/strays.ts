import type { FactEvidence, ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecPolicy, IpsecSa, Template } from '../../evidence/ipsec.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import type { Life } from '../../evidence/tables/lives.ts';
import { type Flow, selectorMatches } from '../../evidence/tables/selectors.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import type { Choices } from './choice.ts';
import { flowOf } from './clear-rules.ts';
import { placeOf } from './wire-place.ts';
import { saText } from './words-of-facts.ts';

/** What came out of a tunnel, and whose it is. */
export interface Tunnelled {
  readonly packet: ProtectedPacket;
  readonly inner: IpPacket;
  readonly sender: HostTimeline;
  readonly sa: IpsecSa;
}

/** What came out of a tunnel must be what a policy of its sender sends into it. */
export function strayed(tunnelled: Tunnelled, evidence: FactEvidence, choices: Choices): Issue[] {
  const { packet, inner, sender, sa } = tunnelled;
  if (inner.upper.kind === 'later-fragment' || sender.policies.some((life) => sent(life, tunnelled, choices)))
    return [];
  const message = `${inner.source} > ${inner.destination} protocol ${inner.protocol} went through the ${saText(sa)}, and no policy sends it there`;
  return [issueOf('inner-selector', { ...placeOf(packet, evidence), message })];
}

/** Whether a policy sent the packet into the tunnel, as it was at a time at which it may have been chosen. */
function sent(
  { versions, ended }: Life<IpsecPolicy>,
  { packet, inner, sender, sa }: Tunnelled,
  choices: Choices,
): boolean {
  const { time } = packet.frame;
  const until = time + choices.lateOf(sender);
  return versions.some(({ time: begin, value }, index) => {
    if (begin > until || !sendsInto(value, { inner, sa })) return false;
    const end = sender.exact ? (versions[index + 1] ?? ended) : ended;
    return end === undefined || end.time >= time || end.time >= earliest(packet, sender, choices);
  });
}

function earliest({ frame, encapsulation }: ProtectedPacket, sender: HostTimeline, choices: Choices): bigint {
  // In a stream of TCP packets wait as long as they must.
  if (encapsulation === 'tcp') return 0n;
  return choices.earliest(sender, frame) - choices.lateOf(sender);
}

/** A packet that a tunnel of an SA carries. */
interface Carried {
  readonly inner: IpPacket;
  readonly sa: IpsecSa;
}

function sendsInto(policy: IpsecPolicy, { inner, sa }: Carried): boolean {
  if (policy.direction !== 'out') return false;
  return policy.templates.some(({ reqid }, index) => reqid === sa.reqid && leadsTo(policy, inner, index));
}

/** Whether a policy makes such a packet by so many of its templates, or fewer: the kernel applies them in order, and may leave out optional ones. */
function leadsTo(policy: IpsecPolicy, packet: IpPacket, templates: number): boolean {
  if (chooses(policy, packet)) return true;
  return policy.templates.slice(0, templates).some((template, index) => {
    if (!isMadeBy(template, packet, policy)) return false;
    const inside = insideOf(packet);
    return inside === undefined || leadsTo(policy, inside, index);
  });
}

function chooses({ selector, flags }: IpsecPolicy, packet: IpPacket): boolean {
  const about = aboutOf(packet);
  return (
    selectorMatches(selector, flowOf(packet)) ||
    (about !== undefined && flags.includes('icmp') && selectorMatches(selector, about))
  );
}

/** IP protocols of templates. */
const numbers: Readonly<Record<string, number>> = { esp: 50, ah: 51, ipcomp: 108 };

/** Whether a packet has the protocol and the addresses that a template gives it. In transport mode they are the packet's own. */
function isMadeBy(
  { protocol, mode, source, destination }: Template,
  packet: IpPacket,
  { selector }: IpsecPolicy,
): boolean {
  if (numbers[protocol] !== packet.protocol) return false;
  if (mode === 'transport') {
    const any = { port: 0, mask: 0 };
    const addresses = { ...selector, protocol: 0, sourcePort: any, destinationPort: any };
    return selectorMatches(addresses, flowOf(packet));
  }
  return fits(source, packet.source) && fits(destination, packet.destination);
}

function fits(wanted: string, address: string): boolean {
  return wanted === address || wanted === '0.0.0.0' || wanted === '::';
}

/** What is in a packet that anybody can read: AH does not hide it. Undefined: it cannot be read. */
function insideOf(packet: IpPacket): IpPacket | undefined {
  const { upper } = packet;
  if (upper.kind !== 'ah') return undefined;
  return upper.upper.kind === 'tunnel'
    ? upper.upper.packet
    : { ...packet, protocol: upper.protocol, upper: upper.upper };
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
