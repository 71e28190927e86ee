import { latin1 } from '../../base/bytes.ts';
import { immutableHeaders } from './ah.ts';
import type { WirePacket } from './fact.ts';

/** A packet among those seen before. */
export interface Sighting<Finding> {
  readonly finding: Finding;
  /** How often its link had shown the same bytes before. */
  readonly occurrence: number;
  /** The same occurrence of the same bytes on another link. */
  readonly copyOf?: number;
  /** Index of the first packet with these bytes; its own where there was none. */
  readonly earlier: number;
}

interface Seen<Finding> {
  readonly finding: Finding;
  /** Index of the packet that showed the n-th occurrence first, on whatever link. */
  readonly occurrences: number[];
  readonly perLink: Map<string, number>;
}

/**
 * Packets by their bytes, so that one that crosses several links is opened once. Forwarding changes only what no ICV
 * covers (TTL; around ESP also addresses and ports, with NAT): the n-th time that a link shows some bytes is the n-th
 * time they were sent.
 */
export class Sightings<Finding> {
  readonly #seen = new Map<string, Seen<Finding>>();

  /** Looks a packet up; one not seen before is opened. */
  see(packet: WirePacket, index: number, open: () => Finding): Sighting<Finding> {
    const covered = coveredBytes(packet);
    const seen: Seen<Finding> = this.#seen.get(covered) ?? { finding: open(), occurrences: [], perLink: new Map() };
    this.#seen.set(covered, seen);
    const occurrence = seen.perLink.get(packet.link) ?? 0;
    seen.perLink.set(packet.link, occurrence + 1);
    const copyOf = seen.occurrences[occurrence];
    if (copyOf === undefined) seen.occurrences.push(index);
    const earlier = seen.occurrences[0] ?? index;
    return { finding: seen.finding, occurrence, earlier, ...(copyOf !== undefined && { copyOf }) };
  }
}

/** The bytes that decide what opening says; the whole of them is the key, so that nobody can make two collide. */
function coveredBytes({ protocol, spi, bytes, ipPacket }: WirePacket): string {
  const own = `${protocol} ${spi} ${latin1(bytes)}`;
  if (protocol !== 'ah' || ipPacket === undefined) return own;
  const found = immutableHeaders(ipPacket);
  const outer = typeof found === 'string' ? ipPacket : found.headers;
  return `${own}${latin1(outer)}`;
}
