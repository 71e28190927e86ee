import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture } from '../../../evidence/capture/reader.ts';
import { describePacket } from '../../../evidence/packet/describe.ts';
import type { IpPacket } from '../../../evidence/packet/packet.ts';
import { readWire } from '../../../evidence/packet/wire.ts';
import { canonicalAddress, type Prefix, prefixContains } from '../../../model/addresses.ts';

/** Which packets are looked for. */
export interface ClearWish {
  /** MAC addresses of the sender. */
  readonly macs: ReadonlySet<string>;
  readonly links: readonly string[];
  readonly to?: Prefix;
  readonly from?: Prefix;
}

/** A packet that went in clear. */
export interface ClearPacket {
  readonly link: string;
  /** Of the frame in the link's capture, from 1. */
  readonly number: number;
  readonly text: string;
}

/** `10.2.0.0/16` or an address. Raises `malformed` for what is neither. */
export function prefixOf(text: string): Prefix {
  const [address = '', length] = text.split('/');
  const canonical = canonicalAddress(address);
  return { address: canonical, prefix: length === undefined ? (canonical.includes(':') ? 128 : 32) : Number(length) };
}

/** The packets in clear that a host put on links so far, by the captures of a lab that stands still. */
export function clearPackets(dir: string, { macs, links, to, from }: ClearWish): ClearPacket[] {
  return links.flatMap((link) => {
    const { packets } = readCapture(readFileSync(join(dir, 'links', `${link}.pcapng`)));
    return readWire(packets).flatMap((packet) => {
      const { ip, sourceMac } = packet.dissected;
      if (ip === undefined || !macs.has(sourceMac) || isProtected(ip)) return [];
      if (to === undefined && isLinkLocalMulticast(ip)) return [];
      if ((to && !prefixContains(to, ip.destination)) || (from && !prefixContains(from, ip.source))) return [];
      return [{ link, number: packet.index + 1, text: describePacket(packet) }];
    });
  });
}

/** Hosts tell their groups to routers on the link (RFC 2710, RFC 3376) without being asked. */
function isLinkLocalMulticast({ destination }: IpPacket): boolean {
  return destination.startsWith('ff02:') || destination.startsWith('224.0.0.');
}

const ikePorts: ReadonlySet<number> = new Set([500, 4500]);

/** What is no cleartext: IPsec itself, IKE, and what addresses are found by (RFC 4861). */
function isProtected({ upper }: IpPacket): boolean {
  if (upper.kind === 'udp' || upper.kind === 'tcp') {
    return ikePorts.has(upper.sourcePort) || ikePorts.has(upper.destinationPort);
  }
  if (upper.kind === 'icmp') return upper.version === 6 && upper.type >= 133 && upper.type <= 137;
  return upper.kind === 'esp' || upper.kind === 'ah' || upper.kind === 'ipcomp' || upper.kind === 'later-fragment';
}
