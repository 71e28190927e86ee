import { addressText } from '../../model/addresses.ts';
import { u16, u32 } from './octets.ts';
import {
  type ExtensionHeader,
  type Fragment,
  type IpPacket,
  type Ports,
  type Upper,
  wellKnownPorts,
} from './packet.ts';
import { ipProtocol } from './protocols.ts';
import { readUpper } from './upper.ts';

/** Packets within packets are followed so far; Linux itself allows fewer templates (XFRM_MAX_DEPTH). */
const maxDepth = 8;

/** What both versions have in common, before the rest is understood. */
type Headers = Omit<IpPacket, 'upper'>;

interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Reads an IP packet of either version that is all of `bytes`, as ESP in tunnel mode carries it. Never throws. */
export function dissectIp(bytes: Uint8Array, ports: Ports = wellKnownPorts): IpPacket | undefined {
  return readIp({ bytes, start: 0, end: bytes.length }, ports);
}

/** Reads the IP packet that begins at `start`; `undefined` where there is no whole IP header. */
export function readIp(span: Span, ports: Ports, depth = 0): IpPacket | undefined {
  const version = (span.bytes[span.start] ?? 0) >> 4;
  const headers = version === 4 ? readIpv4(span) : version === 6 ? readIpv6(span) : undefined;
  return headers && { ...headers, upper: upperOf(headers, ports, depth) };
}

/** Understands what the protocol number `protocol` says of all of `bytes`: the payload of ESP in transport mode. Never throws. */
export function dissectPayload(protocol: number, bytes: Uint8Array, ports: Ports = wellKnownPorts): Upper {
  const inner = (start: number, end: number): IpPacket | undefined => readIp({ bytes, start, end }, ports, 1);
  return readUpper(protocol, { bytes, start: 0, end: bytes.length, fragment: false, ports, inner });
}

function upperOf(headers: Headers, ports: Ports, depth: number): Upper {
  const { bytes, payload, end, fragment } = headers;
  if (fragment !== undefined && fragment.offset > 0) return { kind: 'later-fragment' };
  if (headers.problem !== undefined) return { kind: 'short' };
  return readUpper(headers.protocol, {
    bytes,
    start: payload,
    end,
    fragment: fragment !== undefined,
    ports,
    inner: (start, stop) => (depth < maxDepth ? readIp({ bytes, start, end: stop }, ports, depth + 1) : undefined),
  });
}

/** RFC 791, 3.1. */
function readIpv4({ bytes, start, end }: Span): Headers | undefined {
  const header = ((bytes[start] ?? 0) & 15) * 4;
  if (end - start < 20 || header < 20) return undefined;
  // 0 comes of segmentation offload.
  const length = u16(bytes, start + 2) || end - start;
  const stop = Math.min(end, start + Math.max(length, header));
  const payload = start + header;
  const field = u16(bytes, start + 6);
  const offset = (field & 0x1fff) * 8;
  const more = (field & 0x2000) !== 0;
  const id = u16(bytes, start + 4);
  return {
    version: 4,
    bytes,
    start,
    payload: Math.min(payload, end),
    end: stop,
    truncated: start + length > end,
    source: addressText(bytes.subarray(start + 12, start + 16)),
    destination: addressText(bytes.subarray(start + 16, start + 20)),
    trafficClass: bytes[start + 1] ?? 0,
    hopLimit: bytes[start + 8] ?? 0,
    dontFragment: (field & 0x4000) !== 0,
    extensions: [],
    ...((offset > 0 || more) && { fragment: { id, offset, more, nextHeaderAt: -1, repeatedEnd: payload } }),
    protocol: bytes[start + 9] ?? 0,
    ...(payload > end && { problem: 'the IPv4 header is cut short' }),
    ...(length < header && { problem: 'the total length is less than the header' }),
  };
}

/** RFC 8200, 3. */
function readIpv6({ bytes, start, end }: Span): Headers | undefined {
  if (end - start < 40) return undefined;
  // 0 comes of jumbograms and of segmentation offload.
  const length = 40 + (u16(bytes, start + 4) || end - start - 40);
  const stop = Math.min(end, start + length);
  const { protocol, payload, extensions, fragment, problem } = readExtensions({ bytes, start, end: stop });
  return {
    version: 6,
    bytes,
    start,
    payload,
    end: stop,
    truncated: start + length > end,
    source: addressText(bytes.subarray(start + 8, start + 24)),
    destination: addressText(bytes.subarray(start + 24, start + 40)),
    trafficClass: (u16(bytes, start) >> 4) & 0xff,
    hopLimit: bytes[start + 7] ?? 0,
    dontFragment: true,
    extensions,
    ...(fragment && { fragment }),
    protocol,
    ...(problem !== undefined && { problem }),
  };
}

const extensionProtocols: ReadonlySet<number> = new Set([
  ipProtocol.hopByHop,
  ipProtocol.routing,
  ipProtocol.fragment,
  ipProtocol.destinationOptions,
]);

interface Extensions {
  readonly protocol: number;
  readonly payload: number;
  readonly extensions: readonly ExtensionHeader[];
  readonly fragment?: Fragment;
  readonly problem?: string;
}

/** Walks the extension headers up to the first thing that is none, or that another fragment holds. */
function readExtensions({ bytes, start, end }: Span): Extensions {
  const extensions: ExtensionHeader[] = [];
  let protocol = bytes[start + 6] ?? 0;
  let nextHeaderAt = start + 6;
  let at = start + 40;
  let fragment: Fragment | undefined;
  while (extensionProtocols.has(protocol) && (fragment === undefined || fragment.offset === 0)) {
    const length = protocol === ipProtocol.fragment ? 8 : ((bytes[at + 1] ?? 0) + 1) * 8;
    if (at + length > end) {
      const problem = 'an IPv6 extension header is cut short';
      return { protocol, payload: at, extensions, ...(fragment && { fragment }), problem };
    }
    if (protocol === ipProtocol.fragment) fragment = readFragment(bytes, at, nextHeaderAt) ?? fragment;
    extensions.push({ protocol, offset: at, length });
    protocol = bytes[at] ?? 0;
    nextHeaderAt = at;
    at += length;
  }
  return { protocol, payload: at, extensions, ...(fragment && { fragment }) };
}

/** RFC 8200, 4.5; `undefined` for an atomic fragment (RFC 6946), which is a whole packet. */
function readFragment(bytes: Uint8Array, at: number, nextHeaderAt: number): Fragment | undefined {
  const field = u16(bytes, at + 2);
  const more = (field & 1) !== 0;
  const offset = field & 0xfff8;
  if (offset === 0 && !more) return undefined;
  return { id: u32(bytes, at + 4), offset, more, nextHeaderAt, repeatedEnd: at };
}
