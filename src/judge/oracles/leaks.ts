import { commandAt, type FactEvidence, lateness, type SeenFrame } from '../../evidence/evidence.ts';
import type { IpsecPolicy } from '../../evidence/ipsec.ts';
import { describePacket } from '../../evidence/packet/describe.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import { type Flow, selectorMatches } from '../../evidence/tables/selectors.ts';
import { tablesAt } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { LeakKind } from '../../model/observed.ts';
import type { Issue } from '../../model/verdict.ts';
import { type DaemonPorts, daemonPorts, exemptionOf, sasUntil } from './in-clear.ts';
import { policyText } from './words-of-facts.ts';

/** A frame that went over a link in clear, and must not have. */
export interface Leak {
  readonly kind: LeakKind;
  readonly frame: SeenFrame;
}

/**
 * Virtual nanoseconds that a packet may wait between the choice of its policy and the link: for the answer to an ARP
 * request, mostly.
 */
const queued = 1_000_000n;

/**
 * Cleartext on a link that the sender's own policy of that moment wants protected or forbids. Who is asked is the
 * host that put the frame on the link, so what a gateway has decrypted and passes on is none.
 */
export function leaks({ timeline, frames, commands }: FactEvidence): (Leak & { readonly issue: Issue })[] {
  const hosts: ReadonlyMap<string | undefined, HostTimeline> = new Map(timeline.hosts.map((host) => [host.host, host]));
  const ports = daemonPorts(sasUntil(timeline));
  return frames.flatMap((frame) => {
    const host = hosts.get(frame.sender);
    const rule = host && violated(host, frame, ports);
    if (!rule) return [];
    const { file, number, time } = frame;
    const command = commandAt(commands, time)?.line;
    const place = { host: host.host, file, packet: number, ...(command !== undefined && { command }) };
    const issue = issueOf('cleartext', { ...place, ...wordsOf(frame, rule) });
    return [{ kind: 'cleartext', frame, issue }];
  });
}

/** What says that a packet may not pass in clear; `no-policy`: the action where none matches. */
type Rule = IpsecPolicy | 'no-policy';

function violated(host: HostTimeline, { time, packet, ifindex }: SeenFrame, ports: DaemonPorts): Rule | undefined {
  const { ip } = packet.dissected;
  if (ip === undefined || exemptionOf(ip, ports) !== undefined) return undefined;
  const flow = { ...flowOf(ip), ...(ifindex !== undefined && { ifindex }) };
  const forbids = ip.upper.kind === 'ipcomp' ? wantsMoreThanIpcomp : wantsProtection;
  const ruleAt = (moment: bigint): Rule | undefined => forbidding(host, moment, { flow, forbids });
  // Events are recorded late, and packets are sent late: so it must have been before, and stay.
  return ruleAt(time - queued) && ruleAt(time + lateness) && ruleAt(time - 1n);
}

/** A packet, and what must not let it pass as it is. */
interface Question {
  readonly flow: Flow;
  readonly forbids: (rule: Rule) => boolean;
}

/**
 * What forbids a flow in clear at a time: the strongest outbound policy, of equal ones the oldest, or the default
 * action (net/xfrm/xfrm_policy.c, xfrm_policy_lookup_bytype, xfrm_lookup_with_ifid). Policies with an interface id
 * choose only what an XFRM interface sends, which never is cleartext. Marks are not seen on links, nor in earlier
 * versions interfaces: such a policy may choose a packet, so where a stronger one lets it pass, nothing is said.
 */
function forbidding(host: HostTimeline, time: bigint, { flow, forbids }: Question): Rule | undefined {
  const { policies, defaults } = tablesAt(host, time);
  let best: IpsecPolicy | undefined;
  let perhaps: IpsecPolicy | undefined;
  for (const policy of policies) {
    if (policy.direction !== 'out' || policy.type !== 'main' || policy.ifId) continue;
    if (best !== undefined && best.priority <= policy.priority) continue;
    if (!selectorMatches(policy.selector, flow)) continue;
    if (!unseen(policy, flow)) best = policy;
    else if (!forbids(policy) && (perhaps?.priority ?? policy.priority) >= policy.priority) perhaps = policy;
  }
  if (perhaps && (best === undefined || perhaps.priority <= best.priority)) return undefined;
  const rule = best ?? (defaults.out === 'block' ? 'no-policy' : undefined);
  return rule && forbids(rule) ? rule : undefined;
}

/** Whether the policy chooses the packet depends on what no capture tells. */
function unseen({ mark, selector }: IpsecPolicy, { ifindex }: Flow): boolean {
  return Boolean(mark?.mask) || (selector.ifindex !== 0 && ifindex === undefined);
}

/** Cleartext may not pass it. */
function wantsProtection(rule: Rule): boolean {
  if (rule === 'no-policy' || rule.action === 'block') return true;
  return rule.templates.some(({ level }) => level === 'required');
}

/** IPComp alone is what a policy may ask for, and then no policy is asked again; one that asks for ESP or AH too wants more. */
function wantsMoreThanIpcomp(rule: Rule): boolean {
  if (rule === 'no-policy' || rule.action === 'block') return false;
  return rule.templates.some(({ level, protocol }) => level === 'required' && protocol !== 'ipcomp');
}

/** A packet as a selector sees it. */
export function flowOf({ source, destination, protocol, upper }: IpPacket): Flow {
  const flow = { source, destination, protocol };
  if (upper.kind === 'icmp') return { ...flow, sourcePort: upper.type, destinationPort: upper.code };
  if (upper.kind === 'gre') {
    const { key = 0 } = upper;
    return { ...flow, sourcePort: key >>> 16, destinationPort: key & 0xffff };
  }
  if (!('sourcePort' in upper)) return flow;
  return { ...flow, sourcePort: upper.sourcePort, destinationPort: upper.destinationPort };
}

function wordsOf({ packet }: SeenFrame, rule: Rule): Pick<Issue, 'message' | 'excerpt'> {
  const what = `${describePacket(packet)} went in clear, and `;
  if (rule === 'no-policy') {
    return { message: `${what}its sender forbids what no policy allows`, excerpt: 'default action of out: block' };
  }
  const wish = rule.action === 'block' ? 'forbids' : 'wants protected';
  return { message: `${what}a policy of its sender ${wish} it`, excerpt: policyText(rule) };
}
