import type { FactEvidence, ProtectedPacket } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import type { Life } from '../../evidence/tables/lives.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import type { Choices } from './choice.ts';
import { hostsByName, placeOf } from './wire-place.ts';
import { spiText } from './words-of-facts.ts';

/** A packet that its sender cannot have made, and what is said of it. */
export interface Strange {
  readonly packet: ProtectedPacket;
  readonly issue: Issue;
}

/** Words of packets whose contents are known. */
const opened: ReadonlySet<ProtectedPacket['word']> = new Set(['verified', 'unauthenticated', 'replayed']);

/** SAs whose packets come from hosts that never had them. Who passes a packet on may be seen before who sent it. */
export function strangers(evidence: FactEvidence): Strange[] {
  const hosts = hostsByName(evidence);
  const strange = new Map<string, ProtectedPacket | 'known'>();
  for (const packet of evidence.protectedPackets) {
    const { protocol, spi, frame } = packet;
    const key = `${protocol} ${spi}`;
    if (!opened.has(packet.word)) continue;
    const sender = hosts.get(frame.sender);
    const known = sender === undefined || sender.sas.some((life) => sends(life, packet));
    strange.set(key, known ? 'known' : (strange.get(key) ?? packet));
  }
  return [...strange.values()].flatMap((packet) => {
    if (packet === 'known') return [];
    const message = `the packet opens, and its sender never had the SA, ${packet.protocol} ${spiText(packet.spi)}`;
    return [{ packet, issue: issueOf('unknown-sa', { ...placeOf(packet, evidence), message }) }];
  });
}

/**
 * Packets of an SA that their sender had, but not when it made them: the kernel takes no packet for an SA that is deleted
 * (net/xfrm/xfrm_output.c, xfrm_output_one). Told only of hosts of which the times are exact. What was sent before is a
 * replay, by whomever; in a stream of TCP packets wait as long as they must.
 */
export function untimely(evidence: FactEvidence, choices: Choices): Strange[] {
  const hosts = hostsByName(evidence);
  return evidence.protectedPackets.flatMap((packet) => {
    const { frame, word, copy, encapsulation, protocol, spi } = packet;
    const sender = hosts.get(frame.sender);
    if (copy || word === 'replayed' || !opened.has(word) || encapsulation === 'tcp' || !sender?.exact) return [];
    const lives = sender.sas.filter((life) => sends(life, packet));
    const had = (from: bigint): boolean =>
      lives.some(({ versions, ended }) => {
        const born = versions.find(({ value }) => !value.larval)?.time;
        return born !== undefined && born <= frame.time && (ended === undefined || ended.time >= from);
      });
    if (lives.length === 0 || had(frame.time) || had(choices.earliest(sender, frame))) return [];
    const message = `the packet opens, and its sender did not have the SA when it sent it, ${protocol} ${spiText(spi)}`;
    return [{ packet, issue: issueOf('unknown-sa', { ...placeOf(packet, evidence), message }) }];
  });
}

function sends({ versions }: Life<IpsecSa>, { protocol, spi }: ProtectedPacket): boolean {
  return versions.some(({ value }) => value.spi === spi && value.protocol === protocol && value.direction !== 'in');
}
