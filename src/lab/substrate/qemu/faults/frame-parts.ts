const ethernet = 14;
const udp = 17;
const natPort = 4500;
const markerBytes = 4;

/** Offsets of an IP packet in its frame; `end` is behind its last byte. */
export interface FrameParts {
  readonly ip: number;
  readonly upper: number;
  readonly end: number;
  readonly protocol: number;
  readonly version: 4 | 6;
  readonly isFragment: boolean;
}

/** Where the parts of a frame are; `undefined`: it is no IP packet, or one that is cut short. */
export function partsOf(frame: Buffer): FrameParts | undefined {
  const parts = ipv4Parts(frame) ?? ipv6Parts(frame);
  const isWhole = parts !== undefined && parts.upper <= parts.end && parts.end <= frame.length;
  return isWhole ? parts : undefined;
}

function ipv4Parts(frame: Buffer): FrameParts | undefined {
  if (frame.length < ethernet + 20 || frame.readUInt16BE(12) !== 0x0800) return undefined;
  const first = frame.readUInt8(ethernet);
  if (first >> 4 !== 4) return undefined;
  return {
    ip: ethernet,
    upper: ethernet + (first & 15) * 4,
    end: ethernet + frame.readUInt16BE(ethernet + 2),
    protocol: frame.readUInt8(ethernet + 9),
    version: 4,
    isFragment: (frame.readUInt16BE(ethernet + 6) & 0x3fff) !== 0,
  };
}

function ipv6Parts(frame: Buffer): FrameParts | undefined {
  if (frame.length < ethernet + 40 || frame.readUInt16BE(12) !== 0x86dd) return undefined;
  return {
    ip: ethernet,
    upper: ethernet + 40,
    end: ethernet + 40 + frame.readUInt16BE(ethernet + 4),
    protocol: frame.readUInt8(ethernet + 6),
    version: 6,
    isFragment: false,
  };
}

/** Where the message of IKE or ESP begins, behind a UDP header and the non-ESP marker (RFC 3948, 2.2); `undefined`: there is none. */
export function messageAt(frame: Buffer): number | undefined {
  const parts = partsOf(frame);
  if (parts === undefined || parts.protocol !== udp) return parts?.upper;
  const at = parts.upper + 8;
  if (at > parts.end) return undefined;
  const isNat = [0, 2].some((offset) => frame.readUInt16BE(parts.upper + offset) === natPort);
  const hasMarker = isNat && parts.end - at >= markerBytes && frame.readUInt32BE(at) === 0;
  return hasMarker ? at + markerBytes : at;
}

/** Lengths and checksums of the headers by what is behind them. A checksum of UDP that was zero stays so (RFC 3948, 2.1). */
export function setHeaders(frame: Buffer): void {
  if (frame.length < ethernet + 20) return;
  const type = frame.readUInt16BE(12);
  if (type === 0x0800) frame.writeUInt16BE(frame.length - ethernet, ethernet + 2);
  else if (type === 0x86dd && frame.length >= ethernet + 40)
    frame.writeUInt16BE(frame.length - ethernet - 40, ethernet + 4);
  const parts = partsOf(frame);
  if (parts === undefined) return;
  if (parts.version === 4) {
    frame.writeUInt16BE(0, parts.ip + 10);
    frame.writeUInt16BE(complement(sumOf(frame.subarray(parts.ip, parts.upper))), parts.ip + 10);
  }
  setUdpHeader(frame, parts);
}

function setUdpHeader(frame: Buffer, { upper, end, protocol, version, isFragment }: FrameParts): void {
  if (protocol !== udp || isFragment || end - upper < 8) return;
  const size = end - upper;
  frame.writeUInt16BE(size, upper + 4);
  if (frame.readUInt16BE(upper + 6) === 0) return;
  frame.writeUInt16BE(0, upper + 6);
  const addresses = version === 6 ? 32 : 8;
  const pseudo = sumOf(frame.subarray(upper - addresses, upper)) + udp + size;
  frame.writeUInt16BE(complement(pseudo + sumOf(frame.subarray(upper, end))) || 0xffff, upper + 6);
}

/** RFC 1071, not yet folded. */
function sumOf(bytes: Buffer): number {
  let sum = 0;
  for (const [index, byte] of bytes.entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  return sum;
}

function complement(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}
