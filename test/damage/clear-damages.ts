import type { SeenFrame } from '../../src/evidence/evidence.ts';
import type { IpsecPolicy } from '../../src/evidence/ipsec.ts';
import { type Flow, selectorMatches } from '../../src/evidence/tables/selectors.ts';
import { tablesAt } from '../../src/evidence/tables/tables.ts';
import type { HostTimeline } from '../../src/evidence/tables/timeline.ts';
import { clearFrame, flowFor } from './clear-packet.ts';
import type { Damage, Damaged } from './damage.ts';
import { editCapture } from './edit-captures.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** Damages to what goes over links in clear. */
export const clearDamages: readonly Damage[] = [
  {
    id: 'insert-protected-cleartext',
    expected: 'leak',
    why: 'a policy of its sender, installed at the time, wants the packet protected',
    apply: insertedLeak,
  },
  {
    id: 'insert-free-cleartext',
    expected: 'passed',
    why: 'no policy of its sender chooses the packet',
    apply: insertedFree,
  },
  {
    id: 'remove-cleartext',
    expected: 'passed',
    why: 'the packet was free to go in clear, and so it is free not to go',
    apply: removed,
  },
];

const ike = new Set([500, 4500]);
/** Neighbour Discovery, TCP with IPsec inside, fragments: protocols that are no plain cleartext. */
const plain = new Set([1, 17, 58]);

/** Virtual nanoseconds that a policy must have been and stay installed around the packet: no race of events can excuse it. */
const margin = 100_000_000n;

function insertedLeak(attempt: StoredAttempt): Damaged | undefined {
  for (const host of attempt.evidence.timeline.hosts) {
    const near = attempt.evidence.frames.find(({ sender }) => sender === host.host);
    if (near === undefined) continue;
    for (const { versions, ended, key } of host.policies) {
      const [birth] = versions;
      const policy = versions.at(-1)?.value;
      if (!birth || !policy || !protects(policy)) continue;
      const time = birth.time + margin;
      const flow = flowFor(policy.selector);
      if ((ended && ended.time < time + margin) || isIke(flow) || !plain.has(flow.protocol)) continue;
      if (strongest(host, time, flow) !== key || strongest(host, time + margin, flow) !== key) continue;
      return { files: inserted(attempt, near, { flow, time }), where: `${host.host}: ${key}` };
    }
  }
  return undefined;
}

function protects({ direction, type, mark, ifId, templates, action, selector }: IpsecPolicy): boolean {
  const required = action === 'block' || templates.some(({ level }) => level === 'required');
  const onLinks = !mark?.mask && !ifId && selector.ifindex === 0 && selector.family !== 0;
  return direction === 'out' && type === 'main' && required && onLinks;
}

function isIke({ sourcePort = 0, destinationPort = 0 }: Flow): boolean {
  return ike.has(sourcePort) || ike.has(destinationPort);
}

function outPolicies(host: HostTimeline, time: bigint, flow: Flow): IpsecPolicy[] {
  return tablesAt(host, time).policies.filter(
    ({ direction, selector }) => direction === 'out' && selectorMatches(selector, flow),
  );
}

/** Key of the policy that has a flow for itself; undefined where several are equally strong or none is there. */
function strongest(host: HostTimeline, time: bigint, flow: Flow): string | undefined {
  const [first, second] = outPolicies(host, time, flow).sort((a, b) => a.priority - b.priority);
  if (first === undefined || second?.priority === first.priority) return undefined;
  return host.policies.find(({ versions }) => versions.some(({ value }) => value === first))?.key;
}

interface ClearPacket {
  readonly flow: Flow;
  readonly time: bigint;
}

/** Beside a frame of the same sender, and from the same interface. */
function inserted(attempt: StoredAttempt, near: SeenFrame, { flow, time }: ClearPacket): Map<string, Uint8Array> {
  const { frame } = near.packet.dissected;
  const packet = clearFrame(flow, { from: frame.subarray(6, 12), to: frame.subarray(0, 6) });
  return editCapture(attempt, near.file, (packets) => [...packets, { time, frame: packet }]);
}

/** Between two documentation addresses (RFC 5737), while the sender has policies for others. */
function insertedFree(attempt: StoredAttempt): Damaged | undefined {
  const flow = { source: '203.0.113.1', destination: '203.0.113.2', protocol: 17, sourcePort: 9, destinationPort: 9 };
  for (const host of attempt.evidence.timeline.hosts) {
    const near = attempt.evidence.frames.find(({ sender }) => sender === host.host);
    const birth = host.policies[0]?.versions[0];
    if (near === undefined || birth === undefined) continue;
    const time = birth.time + margin;
    if (outPolicies(host, time - 1n, flow).length > 0) continue;
    return { files: inserted(attempt, near, { flow, time }), where: `${host.host}: ${near.file}` };
  }
  return undefined;
}

function removed(attempt: StoredAttempt): Damaged | undefined {
  const found = attempt.evidence.frames.find(({ packet: { dissected, datagram } }) => {
    const { ip } = dissected;
    if (ip === undefined || datagram !== undefined || ip.fragment !== undefined) return false;
    return plain.has(ip.protocol) && !(ip.upper.kind === 'udp' && ip.upper.message !== undefined);
  });
  if (found === undefined) return undefined;
  const { file, number } = found;
  const files = editCapture(attempt, file, (packets) => packets.filter((_, index) => index !== number - 1));
  return { files, where: `${file} packet ${number}` };
}
