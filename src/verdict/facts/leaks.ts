import type { IpsecPolicy } from '../../observation/model.ts';
import { describePacket } from '../../observation/packet/describe.ts';
import type { IpPacket } from '../../observation/packet/packet.ts';
import { type Flow, selectorMatches } from '../../observation/selectors.ts';
import { tablesAt } from '../../observation/tables.ts';
import type { HostTimeline } from '../../observation/timeline.ts';
import { issueOf } from '../issue.ts';
import type { Issue } from '../verdict.ts';
import { commandAt, type FactEvidence, lateness, type SeenFrame } from './evidence.ts';
import { policyText } from './words-of-facts.ts';

/** What travels in clear by its nature, whatever policies say. */
const bypasses: readonly { readonly reason: string; readonly is: (packet: IpPacket) => boolean }[] = [
  {
    reason: 'ESP, AH and IPComp are what protects (RFC 4301, 3.2)',
    is: ({ upper }) => upper.kind === 'esp' || upper.kind === 'ah' || upper.kind === 'ipcomp',
  },
  {
    reason: 'IKE and encapsulated ESP: the daemon’s sockets have policies of their own (RFC 4301, 4.4.1)',
    is: ({ upper }) => upper.kind === 'udp' && upper.message !== undefined,
  },
  {
    reason: 'TCP encapsulation of both (RFC 9329); the daemon’s listener is at port 4500',
    is: ({ upper }) => upper.kind === 'tcp' && (upper.sourcePort === 4500 || upper.destinationPort === 4500),
  },
  {
    reason: 'Neighbour Discovery: addresses of SAs cannot be found without it (RFC 4301, 4.1)',
    is: ({ upper }) => upper.kind === 'icmp' && upper.version === 6 && upper.type >= 133 && upper.type <= 137,
  },
  {
    reason: 'a later fragment has no ports by which a policy could choose it; the first one is judged',
    is: ({ upper }) => upper.kind === 'later-fragment',
  },
];

/**
 * Cleartext on a link that the sender's own policy of that moment wants protected or forbids. Who is asked is the
 * host that put the frame on the link, so what a gateway has decrypted and passes on is none.
 */
export function leaks({ timeline, frames, commands }: FactEvidence): Issue[] {
  const hosts = new Map(timeline.hosts.map((host) => [host.host, host]));
  return frames.flatMap((frame) => {
    const host = frame.sender === undefined ? undefined : hosts.get(frame.sender);
    const policy = host && violated(host, frame);
    return host && policy ? [leakIssue(frame, policy, commandAt(commands, frame.time)?.line)] : [];
  });
}

function violated(host: HostTimeline, { time, packet }: SeenFrame): IpsecPolicy | undefined {
  const { ip } = packet.dissected;
  if (ip === undefined || host.policies.length === 0 || bypasses.some(({ is }) => is(ip))) return undefined;
  const flow = flowOf(ip);
  const before = outPolicy(host, time - 1n, flow);
  if (before === undefined || !forbids(before)) return undefined;
  // Events are recorded late: what is gone a little later was perhaps gone already.
  const after = outPolicy(host, time + lateness, flow);
  return after && forbids(after) ? before : undefined;
}

/** Cleartext may not pass it. */
function forbids({ action, templates }: IpsecPolicy): boolean {
  return action === 'block' || templates.some(({ level }) => level === 'required');
}

/**
 * The strongest outbound policy for a flow (net/xfrm/xfrm_policy.c, xfrm_policy_lookup_bytype). Policies with a
 * mark or an interface id are left out: marks and XFRM interfaces are not seen on links.
 */
function outPolicy(host: HostTimeline, time: bigint, flow: Flow): IpsecPolicy | undefined {
  let best: IpsecPolicy | undefined;
  for (const policy of tablesAt(host, time).policies) {
    if (policy.direction !== 'out' || policy.type !== 'main' || policy.mark?.mask || policy.ifId) continue;
    if (best !== undefined && best.priority <= policy.priority) continue;
    if (selectorMatches(policy.selector, flow)) best = policy;
  }
  return best;
}

/** A packet as a selector sees it. */
export function flowOf({ source, destination, protocol, upper }: IpPacket): Flow {
  const flow = { source, destination, protocol };
  if (upper.kind === 'icmp') return { ...flow, sourcePort: upper.type, destinationPort: upper.code };
  if (upper.kind !== 'udp' && upper.kind !== 'tcp' && upper.kind !== 'ports') return flow;
  return { ...flow, sourcePort: upper.sourcePort, destinationPort: upper.destinationPort };
}

function leakIssue({ sender, file, number, packet }: SeenFrame, policy: IpsecPolicy, command?: string): Issue {
  const what = policy.action === 'block' ? 'forbids' : 'wants protected';
  const place = { ...(sender !== undefined && { host: sender }), file, packet: number };
  const message = `${describePacket(packet)} went in clear, and a policy of its sender ${what} it`;
  return issueOf('cleartext', { ...place, ...(command && { command }), message, excerpt: policyText(policy) });
}
