import type { HeaderProblem, ImmutableHeaders } from './immutable-headers.ts';
import { copied, word16At } from './raw-bytes.ts';

const fixed = 40;
const address = 16;
const authentication = 51;
const fragment = 44;

/** One extension header, writable, in a copy of the packet's headers. */
interface Extension {
  readonly headers: Uint8Array;
  readonly bytes: Uint8Array;
}

/** How extension headers in front of AH enter the ICV (RFC 4302, 3.3.3.1.2 and appendix A2). False: malformed. */
const rules: Readonly<Record<number, (extension: Extension) => boolean>> = {
  0: zeroOptions,
  43: routeToEnd,
  60: zeroOptions,
  // Mobility and HIP headers hold nothing mutable.
  135: () => true,
  139: () => true,
};

/** Headers of an IPv6 packet that carries AH (RFC 4302, 3.3.3.1.2). */
export function immutableIpv6(packet: Uint8Array): ImmutableHeaders | HeaderProblem {
  if (packet.length < fixed) return 'truncated';
  const end = fixed + word16At(packet, 4);
  if (end > packet.length) return 'truncated';
  const headers = copied(packet.subarray(0, end));
  // Version stays; traffic class, flow label and hop limit go.
  headers[0] = 0x60;
  headers.fill(0, 1, 4);
  headers[7] = 0;
  let at = fixed;
  for (let next = headers[6]; next !== authentication; ) {
    if (next === fragment) return 'fragment';
    const rule = rules[next ?? 59];
    const length = ((headers[at + 1] ?? 0) + 1) * 8;
    if (rule === undefined || at + length > end) return 'headers';
    const bytes = headers.subarray(at, at + length);
    next = bytes[0];
    if (!rule({ headers, bytes })) return 'headers';
    at += length;
  }
  return { version: 6, headers: headers.subarray(0, at), end };
}

/** Options whose type has the bit "may change en route" count as zero; a home address stands in for the source. */
function zeroOptions({ headers, bytes }: Extension): boolean {
  for (let at = 2; at < bytes.length; ) {
    const type = bytes[at] ?? 0;
    // Pad1 is a single byte.
    const length = type === 0 ? 1 : 2 + (bytes[at + 1] ?? 0);
    if (at + length > bytes.length) return false;
    const value = bytes.subarray(at + 2, at + length);
    if (type !== 0 && (type & 0x20) !== 0) value.fill(0);
    if (type === 0xc9 && value.length === address) swapAddress(headers.subarray(8, 24), value);
    at += length;
  }
  return true;
}

/** RFC 6275, 11.3.2: the ICV is that of the packet with home address and care-of address exchanged. */
function swapAddress(one: Uint8Array, other: Uint8Array): void {
  const kept = copied(one);
  one.set(other);
  other.set(kept);
}

/**
 * Destination and addresses as the last hop sees them (RFC 4302, A2). Types 0 and 2 list addresses; of other types we
 * know nothing mutable.
 */
function routeToEnd({ headers, bytes }: Extension): boolean {
  const left = bytes[3] ?? 0;
  const count = (bytes.length - 8) / address;
  if ((bytes[2] !== 0 && bytes[2] !== 2) || left === 0) return true;
  if (!Number.isInteger(count) || left > count) return false;
  const destination = headers.subarray(24, fixed);
  // The hops to come, and the present destination in front of them: each moves one place on.
  const hops = bytes.subarray(8 + (count - left) * address);
  const last = copied(hops.subarray(-address));
  hops.copyWithin(address, 0, hops.length - address);
  hops.set(destination);
  destination.set(last);
  bytes[3] = 0;
  return true;
}
