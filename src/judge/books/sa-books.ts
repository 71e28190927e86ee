import type { FactEvidence, ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import { saText } from '../oracles/words-of-facts.ts';
import { isNested } from './nested-sas.ts';
import { carriedUnseen } from './unseen-carriers.ts';

/** What a host has taken by an SA, at least. */
interface Taken {
  readonly host: string;
  readonly sa: IpsecSa;
  readonly packets: bigint;
}

/**
 * SAs by which a host has taken more packets than the captures hold. Outbound counters bound nothing: after an SA has counted a
 * packet its neighbour may be silent, its link down or its queue full. An SA of which only one host is known to have an end
 * may have the other in a namespace that a test made itself, and one that another SA carries is on no link.
 */
export function countedBySas(evidence: FactEvidence): Issue[] {
  const captured = new Map<string, number>();
  for (const packet of evidence.protectedPackets) {
    if (!packet.copy) captured.set(keyOf(packet), (captured.get(keyOf(packet)) ?? 0) + 1);
  }
  return takenBySas(evidence).flatMap(({ host, sa, packets }): Issue[] => {
    // Those that fault rules lost or doubled behind the capture.
    const seen = (captured.get(keyOf(sa)) ?? 0) + (evidence.faulted?.surplus.get(keyOf(sa)) ?? 0);
    if (packets <= BigInt(seen) || packets <= BigInt(seen + carriedUnseen(evidence, sa))) return [];
    const message = `the ${saText(sa)} has taken ${packets} packets, and the captures hold ${seen}`;
    return [issueOf('books-open', { host, message })];
  });
}

function keyOf({ protocol, spi }: ProtectedPacket | IpsecSa): string {
  return `${protocol} ${spi}`;
}

function takenBySas({ timeline }: FactEvidence): Taken[] {
  const ends = timeline.hosts.flatMap((host) =>
    host.sas.flatMap(({ versions }): Taken[] => {
      const sa = versions.at(-1)?.value;
      const counts = sa !== undefined && (sa.protocol === 'esp' || sa.protocol === 'ah');
      return counts && !isNested(sa, host) ? [{ host: host.host, sa, packets: sa.use.packets }] : [];
    }),
  );
  return [...Map.groupBy(ends, ({ sa }) => keyOf(sa)).values()].flatMap(takenByEnds);
}

/** Of one SPI. PF_KEY sets no direction, and a receiver takes no more than its sender has sent: what both have counted was taken. */
function takenByEnds(ends: readonly Taken[]): Taken[] {
  const hosts = new Set(ends.map(({ host }) => host));
  if (hosts.size < 2) return [];
  const senders = new Set(ends.filter(({ sa }) => sa.direction === 'out').map(({ host }) => host));
  const receivers = ends.filter(({ host, sa }) => sa.direction === 'in' || (senders.size > 0 && !senders.has(host)));
  if (receivers.length > 0 || senders.size > 0 || hosts.size > 2) return receivers;
  const most = [...Map.groupBy(ends, ({ host }) => host).values()].map((own) => own.reduce(larger));
  return [most.reduce((one, other) => (larger(one, other) === one ? other : one))];
}

function larger(one: Taken, other: Taken): Taken {
  return other.packets > one.packets ? other : one;
}
