import type { FactEvidence, ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import { placeOf } from './wire-place.ts';
import { saText } from './words-of-facts.ts';

/** SAs whose receiver had counted more packets, at a boundary, than were sent with different sequence numbers until then. */
export function acceptedReplays(evidence: FactEvidence): Issue[] {
  const replayed = packetsByKey(evidence, ({ word }) => word === 'replayed');
  const copies = Map.groupBy(evidence.faulted?.copies ?? [], ({ key }) => key);
  if (replayed.size === 0 && copies.size === 0) return [];
  const fresh = packetsByKey(evidence, ({ word }) => word !== 'replayed');
  const issues: Issue[] = [];
  for (const { host, sas } of evidence.timeline.hosts) {
    for (const { versions } of sas) {
      for (const { value: sa, source, time } of versions) {
        if (source !== 'dump' || sa.direction !== 'in' || sa.replayWindow === 0) continue;
        const isBefore = ({ frame }: ProtectedPacket): boolean => frame.time <= time;
        const again = replayed.get(keyOf(sa))?.find(isBefore);
        const isCopied = copies.get(keyOf(sa))?.some((copy) => copy.time <= time) === true;
        const numbers = fresh.get(keyOf(sa))?.filter(isBefore).length ?? 0;
        if ((again === undefined && !isCopied) || sa.use.packets <= BigInt(numbers)) continue;
        const message = `the ${saText(sa)} has taken ${sa.use.packets} packets, and only ${numbers} were sent with a sequence number of their own`;
        issues.push(issueOf('replay-accepted', { ...(again && placeOf(again, evidence)), host, message }));
        break;
      }
    }
  }
  return issues;
}

/** Packets of each SA, in their order; copies on other links are left out. */
function packetsByKey(
  { protectedPackets }: FactEvidence,
  wanted: (packet: ProtectedPacket) => boolean,
): Map<string, ProtectedPacket[]> {
  return Map.groupBy(
    protectedPackets.filter((packet) => !packet.copy && wanted(packet)),
    keyOf,
  );
}

function keyOf({ protocol, spi }: ProtectedPacket | IpsecSa): string {
  return `${protocol} ${spi}`;
}
