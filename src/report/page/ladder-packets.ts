import type { FactEvidence, ProtectedPacket, SeenFrame } from '../../evidence/evidence.ts';
import { describeIp, describePacket } from '../../evidence/packet/describe.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import { messagesOf } from '../../evidence/packet/wire.ts';
import { spiText } from '../../judge/oracles/words-of-facts.ts';
import type { RowFlag, RowKind } from './data.ts';

/** A packet that is told in a bundle with others of its kind. */
export interface FlowPacket {
  readonly kind: Extract<RowKind, 'esp' | 'clear' | 'leak' | 'other'>;
  readonly frame: SeenFrame;
  /** What it shares with the others of its bundle. */
  readonly text: string;
  readonly flags: readonly RowFlag[];
  readonly sequence?: number;
  /** What was inside of it, or what it is, without what changes from packet to packet. */
  readonly inner?: string;
}

const wordFlags: Readonly<Record<ProtectedPacket['word'], readonly RowFlag[]>> = {
  verified: [],
  unauthenticated: [],
  refused: ['refused'],
  unjudged: ['unjudged'],
  'no-sa': ['no-sa'],
  replayed: ['replayed'],
};

/** ESP, AH and IPComp packets in order, with what their sequence numbers tell. */
export function protectedFlows({ protectedPackets }: FactEvidence): FlowPacket[] {
  const gaps = new Gaps(protectedPackets);
  return protectedPackets.map((packet) => {
    const { frame, protocol, spi, word, encapsulation, inner, reason } = packet;
    const flags = [...wordFlags[word], ...gaps.flags(packet)];
    const sequence = sequenceOf(packet);
    const over = encapsulation === 'none' ? '' : ` in ${encapsulation.toUpperCase()}`;
    return {
      kind: 'esp',
      frame,
      text: `${protocol === 'ipcomp' ? 'IPComp' : protocol.toUpperCase()}${over} ${spiText(spi)} ${reason ? `${word}, ${reason}` : word}`,
      flags,
      ...(sequence !== undefined && { sequence }),
      ...(inner && { inner: flowText(inner) }),
    };
  });
}

/** The 32 bits on the wire. */
function sequenceOf({ frame: { packet }, protocol, spi }: ProtectedPacket): number | undefined {
  if (protocol === 'esp') {
    for (const { message } of messagesOf(packet))
      if (message.kind === 'esp' && message.spi === spi) return message.sequence;
  }
  const upper = (packet.datagram?.packet ?? packet.dissected.ip)?.upper;
  return upper?.kind === 'ah' ? upper.sequence : undefined;
}

/** Finds what is missing between sequence numbers that one host sent, and what came late. */
class Gaps {
  readonly #seen = new Map<string, Set<number>>();
  readonly #highest = new Map<string, number>();

  constructor(packets: readonly ProtectedPacket[]) {
    for (const packet of packets) {
      const sequence = sequenceOf(packet);
      if (sequence === undefined || packet.word === 'no-sa') continue;
      const seen = this.#seen.get(keyOf(packet)) ?? new Set();
      this.#seen.set(keyOf(packet), seen.add(sequence));
    }
  }

  /** To be called in the order of time. Gaps of more than a window of 4096 are somebody's doing, and told as one. */
  flags(packet: ProtectedPacket): RowFlag[] {
    const sequence = sequenceOf(packet);
    const key = keyOf(packet);
    const seen = this.#seen.get(key);
    if (sequence === undefined || seen === undefined) return [];
    const highest = this.#highest.get(key);
    this.#highest.set(key, Math.max(highest ?? 0, sequence));
    if (highest === undefined) return [];
    if (sequence < highest) return packet.word === 'replayed' ? [] : ['reordered'];
    for (let number = highest + 1; number < sequence && number < highest + 4096; number += 1) {
      if (!seen.has(number)) return ['lost'];
    }
    return [];
  }
}

function keyOf({ frame, protocol, spi }: ProtectedPacket): string {
  return `${frame.sender} ${frame.file} ${protocol} ${spi}`;
}

/** ICMPv6 of neighbour discovery and multicast listeners (RFC 4861, RFC 3810), which every link has. */
const housekeeping = new Set([130, 131, 132, 133, 134, 135, 136, 137, 143]);

/** Packets that are neither IKE nor protected. `leaked`: `file number` of those that a policy protects. */
export function clearFlows({ frames, protectedPackets }: FactEvidence, leaked: ReadonlySet<string>): FlowPacket[] {
  const covered = new Set(protectedPackets.map(({ frame }) => frame));
  return frames.flatMap((frame): FlowPacket[] => {
    const { packet } = frame;
    if (covered.has(frame) || messagesOf(packet).some(({ message }) => message.kind === 'ike')) return [];
    const ip = packet.datagram?.packet ?? packet.dissected.ip;
    if (leaked.has(`${frame.file} ${frame.number}`)) {
      return [{ kind: 'leak', frame, text: ip ? flowText(ip) : describePacket(packet), flags: [] }];
    }
    if (ip === undefined || isHousekeeping(ip)) return [{ kind: 'other', frame, text: otherText(frame), flags: [] }];
    return [{ kind: 'clear', frame, text: flowText(ip), flags: [] }];
  });
}

function isHousekeeping({ upper, fragment, protocol }: IpPacket): boolean {
  if (upper.kind === 'icmp') return upper.version === 6 && housekeeping.has(upper.type);
  if (fragment !== undefined || protocol === 2) return true;
  if (upper.kind === 'udp') return upper.message !== undefined;
  return upper.kind === 'tcp' && (upper.destinationPort === 4500 || upper.sourcePort === 4500);
}

function otherText({ packet }: SeenFrame): string {
  const { dissected } = packet;
  if (dissected.arp !== undefined) return `ARP ${dissected.arp.senderAddress}, ${dissected.arp.targetAddress}`;
  return dissected.ip ? flowText(dissected.ip) : describePacket(packet);
}

/** A packet by what it shares with others of its flow: no identifiers, no sequence numbers. */
function flowText(ip: IpPacket): string {
  return describeIp(ip)
    .replace(/,? (?:id|seq) \d+/g, '')
    .replace(/, \d+ bytes/g, '');
}
