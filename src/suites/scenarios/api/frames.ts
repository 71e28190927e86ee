import { EspalierError } from '../../../base/errors.ts';
import { linkTypeEthernet } from '../../../evidence/capture/capture.ts';
import { readCapture } from '../../../evidence/capture/reader.ts';
import { addressBytes } from '../../../model/addresses.ts';
import { callerOrigin } from './origin.ts';

/** A UDP datagram, or any IP packet, between two hosts of a link. */
export interface PacketSketch {
  /** Host on the link whose MAC address it comes from, and whose address it has where `source` does not say another: forged ones may lie. */
  readonly from: string | { readonly name: string };
  readonly to: string | { readonly name: string };
  /** Addresses; default: the first of the hosts on this link, IPv4 before IPv6. */
  readonly source?: string;
  readonly destination?: string;
  /** UDP's ports. IKE behind port 4500 begins with four octets of zero, which belong to `octets`. */
  readonly udp?: { readonly source: number; readonly destination: number };
  /** Number of the IP protocol where it is not UDP; ESP is 50. */
  readonly protocol?: number;
  /** What is behind the headers. */
  readonly octets: Uint8Array;
}

/** Both ends of a frame. */
export interface FrameEnds {
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly source: string;
  readonly destination: string;
}

const udpProtocol = 17;

/** The Ethernet frame of a packet, with right checksums. */
export function frameOf(
  ends: FrameEnds,
  { udp, protocol = udpProtocol, octets }: Pick<PacketSketch, 'udp' | 'protocol' | 'octets'>,
): Buffer {
  const type = ends.source.includes(':') ? [0x86, 0xdd] : [0x08, 0x00];
  const { source, destination } = ends;
  return Buffer.concat([
    mac(ends.destinationMac),
    mac(ends.sourceMac),
    Buffer.from(type),
    ipPacket({ source, destination, ...(udp && { udp }), protocol, octets }),
  ]);
}

/** A whole IP packet, as a tunnel carries it: UDP where `udp` is given, else of a protocol. */
export function ipPacket({
  source,
  destination,
  udp,
  protocol = udpProtocol,
  octets,
}: Required<Pick<PacketSketch, 'source' | 'destination'>> & Pick<PacketSketch, 'udp' | 'protocol' | 'octets'>): Buffer {
  const ends = { source: addressBytes(source), destination: addressBytes(destination) };
  const upper = udp === undefined ? Buffer.from(octets) : datagram(udp, { ...ends, octets });
  const number = udp === undefined ? protocol : udpProtocol;
  return Buffer.concat([headerOf({ source, destination, number, size: upper.length }), upper]);
}

/** The IP header in front of `size` octets of a protocol. */
export function headerOf(ends: { source: string; destination: string; number: number; size: number }): Buffer {
  const [source, destination] = [addressBytes(ends.source), addressBytes(ends.destination)];
  return (source.length === 4 ? header4 : header6)({ ...ends, source, destination });
}

interface HeaderParts {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly number: number;
  readonly size: number;
}

function header4({ source, destination, number, size }: HeaderParts): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + size, 2);
  header.writeUInt8(64, 8);
  header.writeUInt8(number, 9);
  header.set(source, 12);
  header.set(destination, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function header6({ source, destination, number, size }: HeaderParts): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(size, 4);
  header.writeUInt8(number, 6);
  header.writeUInt8(64, 7);
  header.set(source, 8);
  header.set(destination, 24);
  return header;
}

function datagram(
  ports: { source: number; destination: number },
  { source, destination, octets }: { source: Uint8Array; destination: Uint8Array; octets: Uint8Array },
): Buffer {
  const whole = Buffer.concat([Buffer.alloc(8), octets]);
  whole.writeUInt16BE(ports.source, 0);
  whole.writeUInt16BE(ports.destination, 2);
  whole.writeUInt16BE(whole.length, 4);
  const pseudo = Buffer.concat([
    source,
    destination,
    Buffer.from([0, udpProtocol, whole.length >> 8, whole.length & 0xff]),
    whole,
  ]);
  whole.writeUInt16BE(checksum(pseudo) || 0xffff, 6);
  return whole;
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of bytes.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function mac(text: string): Buffer {
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

/**
 * The frames of a stored capture (pcapng, Ethernet): `link.inject(...)` puts them on a link, one by one. Raises `scenario` for what is none, or
 * not whole.
 */
export function framesOf(capture: Uint8Array | { readonly content: string | Uint8Array }): readonly Uint8Array[] {
  const content = capture instanceof Uint8Array ? capture : capture.content;
  const { packets, interfaces, damage } = readCapture(typeof content === 'string' ? Buffer.from(content) : content);
  const place = callerOrigin();
  if (damage !== undefined) {
    const remedy = 'convert a capture of another format: `editcap -F pcapng IN OUT`';
    throw new EspalierError('scenario', `this is no whole pcapng: ${damage.message} (at byte ${damage.offset})`, {
      ...place,
      remedy,
    });
  }
  const foreign = interfaces.find(({ linkType }) => linkType !== linkTypeEthernet);
  if (foreign === undefined && packets.length > 0) return packets.map(({ frame }) => frame);
  const what = foreign === undefined ? 'no frames' : `frames of link type ${foreign.linkType}`;
  throw new EspalierError('scenario', `this capture holds ${what}`, {
    ...place,
    remedy: 'give one of Ethernet frames (link type 1)',
  });
}
