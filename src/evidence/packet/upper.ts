import { readEsp, readUdpMessage } from './encapsulation.ts';
import { u16, u32 } from './octets.ts';
import type { GrePacket, IcmpMessage, IpPacket, Ports, TcpSegment, UdpDatagram, Upper } from './packet.ts';
import { etherType, ipProtocol } from './protocols.ts';

/** A part of an IP packet to be understood, and what is needed for it. */
export interface UpperInput {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** A first fragment: contents are not whole. */
  readonly fragment: boolean;
  readonly ports: Ports;
  /** Reads a packet inside of this one; `undefined`: none, or too deep. */
  readonly inner: (start: number, end: number) => IpPacket | undefined;
}

type UpperReader = (input: UpperInput) => Upper | undefined;

const readers: Readonly<Record<number, UpperReader>> = {
  [ipProtocol.udp]: readUdp,
  [ipProtocol.tcp]: readTcp,
  [ipProtocol.icmp]: (input) => readIcmp(input, 4),
  [ipProtocol.icmpv6]: (input) => readIcmp(input, 6),
  [ipProtocol.esp]: ({ bytes, start, end }) => readEsp(bytes.subarray(start, end)),
  [ipProtocol.ah]: readAh,
  [ipProtocol.ipcomp]: readIpcomp,
  [ipProtocol.sctp]: readPorts,
  [ipProtocol.dccp]: readPorts,
  [ipProtocol.udplite]: readPorts,
  [ipProtocol.gre]: readGre,
  [ipProtocol.ipip]: readTunnel,
  [ipProtocol.ipv6]: readTunnel,
};

/** Understands what lies behind the IP headers, by its protocol number. */
export function readUpper(protocol: number, input: UpperInput): Upper {
  const reader = readers[protocol];
  return reader === undefined ? { kind: 'other' } : (reader(input) ?? { kind: 'short' });
}

function readUdp({ bytes, start, end, fragment, ports }: UpperInput): UdpDatagram | undefined {
  if (end - start < 8) return undefined;
  const sourcePort = u16(bytes, start);
  const destinationPort = u16(bytes, start + 2);
  const length = u16(bytes, start + 4);
  // A length of 0 or beyond the packet: go by the packet.
  const stop = length < 8 || start + length > end ? end : start + length;
  const payload = bytes.subarray(start + 8, stop);
  const message = fragment ? undefined : readUdpMessage(payload, { sourcePort, destinationPort }, ports);
  return { kind: 'udp', sourcePort, destinationPort, payload, ...(message && { message }) };
}

function readTcp({ bytes, start, end }: UpperInput): TcpSegment | undefined {
  if (end - start < 20) return undefined;
  const header = ((bytes[start + 12] ?? 0) >> 4) * 4;
  if (header < 20 || start + header > end) return undefined;
  return {
    kind: 'tcp',
    sourcePort: u16(bytes, start),
    destinationPort: u16(bytes, start + 2),
    sequence: u32(bytes, start + 4),
    acknowledgement: u32(bytes, start + 8),
    flags: bytes[start + 13] ?? 0,
    payload: bytes.subarray(start + header, end),
  };
}

function readPorts({ bytes, start, end }: UpperInput): Upper | undefined {
  if (end - start < 4) return undefined;
  return { kind: 'ports', sourcePort: u16(bytes, start), destinationPort: u16(bytes, start + 2) };
}

/** Types whose body quotes a packet behind 8 bytes: RFC 792, RFC 4443. */
const quoting = { 4: [3, 4, 5, 11, 12], 6: [1, 2, 3, 4] } as const;
const echoes = { 4: [0, 8], 6: [128, 129] } as const;

function readIcmp({ bytes, start, end, inner }: UpperInput, version: 4 | 6): IcmpMessage | undefined {
  if (end - start < 4) return undefined;
  const type = bytes[start] ?? 0;
  const whole = end - start >= 8;
  const has = (types: readonly number[]): boolean => whole && types.includes(type);
  const quoted = has(quoting[version]) ? inner(start + 8, end) : undefined;
  return {
    kind: 'icmp',
    version,
    type,
    code: bytes[start + 1] ?? 0,
    ...(has(echoes[version]) && { echo: { id: u16(bytes, start + 4), sequence: u16(bytes, start + 6) } }),
    ...(quoted && { quoted }),
  };
}

function readAh(input: UpperInput): Upper | undefined {
  const { bytes, start, end } = input;
  if (end - start < 12) return undefined;
  const protocol = bytes[start] ?? 0;
  // In 32-bit words, less 2 (RFC 4302, 2.2).
  const payload = start + ((bytes[start + 1] ?? 0) + 2) * 4;
  if (payload < start + 12 || payload > end) return undefined;
  const nested = protocol === ipProtocol.ah;
  return {
    kind: 'ah',
    spi: u32(bytes, start + 4),
    sequence: u32(bytes, start + 8),
    offset: start,
    icv: start + 12,
    payload,
    protocol,
    // RFC 4302 has no use for AH right behind AH, and hostile chains shall not recurse.
    upper: nested ? { kind: 'other' } : readUpper(protocol, { ...input, start: payload }),
  };
}

function readIpcomp({ bytes, start, end }: UpperInput): Upper | undefined {
  if (end - start < 4) return undefined;
  const payload = bytes.subarray(start + 4, end);
  return { kind: 'ipcomp', protocol: bytes[start] ?? 0, cpi: u16(bytes, start + 2), payload };
}

function readTunnel({ start, end, inner }: UpperInput): Upper | undefined {
  const packet = inner(start, end);
  return packet && { kind: 'tunnel', packet };
}

function readGre({ bytes, start, end, inner }: UpperInput): GrePacket | undefined {
  if (end - start < 4) return undefined;
  const flags = bytes[start] ?? 0;
  const keyAt = start + 4 + ((flags & 0x80) !== 0 ? 4 : 0);
  const hasKey = (flags & 0x20) !== 0;
  const payload = keyAt + (hasKey ? 4 : 0) + ((flags & 0x10) !== 0 ? 4 : 0);
  if (payload > end) return undefined;
  const type = u16(bytes, start + 2);
  const isIp = type === etherType.ipv4 || type === etherType.ipv6;
  const packet = isIp ? inner(payload, end) : undefined;
  return { kind: 'gre', etherType: type, ...(hasKey && { key: u32(bytes, keyAt) }), ...(packet && { packet }) };
}
