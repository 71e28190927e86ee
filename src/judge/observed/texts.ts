import { describeIp, describePacket } from '../../evidence/packet/describe.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import type { WirePacket } from '../../evidence/packet/wire.ts';

/** Characters of one text: what a packet carries may be as long as it likes. A proposal of libreswan for IKEv1 has 6,000. */
const longest = 8000;

/** A text that is no longer than it may be. */
export function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)} …` : text;
}

/** A packet by what it shares with others of its flow: no identifiers, sequence numbers or sizes. */
export function flowText(ip: IpPacket): string {
  return cut(describeIp(ip).replace(/,? (?:id|seq) \d+|, \d+ bytes|(?<=\(fragment) \d+/g, ''));
}

/** A frame that holds no IP packet, in the same way. */
export function frameText({ dissected }: WirePacket): string {
  if (dissected.arp === undefined) return cut(describePacket(dissected));
  return `ARP ${dissected.arp.senderAddress}, ${dissected.arp.targetAddress}`;
}

/** Addresses, with ports where there are some. */
export function endsText({ source, destination, upper }: IpPacket): string {
  const ports = upper.kind === 'udp' || upper.kind === 'tcp';
  if (!ports) return `${source} > ${destination}`;
  return `${source} port ${upper.sourcePort} > ${destination} port ${upper.destinationPort}`;
}
