import { malformed } from '../base/bytes.ts';
import { excerptOf } from '../base/text.ts';

/** Canonical text: dotted IPv4, or IPv6 as in RFC 5952. */
export type Address = string;

/** An address and how many of its leading bits count. */
export interface Prefix {
  readonly address: Address;
  readonly prefix: number;
}

/** Canonical text of 4 bytes (dotted IPv4) or 16 bytes (IPv6 as in RFC 5952, section 4; never mixed notation). */
export function addressText(bytes: Uint8Array): Address {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16) throw malformed('address', `has ${bytes.length} bytes, not 4 or 16`);
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return hexGroups(groups, 0, 8);
  return `${hexGroups(groups, 0, zeros.start)}::${hexGroups(groups, zeros.start + zeros.length, 8)}`;
}

function hexGroups(groups: readonly number[], start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) text += (at > start ? ':' : '') + (groups[at] ?? 0).toString(16);
  return text;
}

/** The first of the longest runs of zero groups (RFC 5952, 4.2.3). */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
    start = end;
  }
  return best;
}

/** 4 for dotted text, 6 for anything with a colon. */
export function familyOf(address: Address): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** The 4 or 16 bytes of an address in any of its spellings (RFC 4291, 2.2). Malformed text is an error. */
export function addressBytes(text: string): Uint8Array {
  return familyOf(text) === 4 ? bytesOf4(text) : bytesOf6(text);
}

/** The same address in canonical text. */
export function canonicalAddress(text: string): Address {
  return addressText(addressBytes(text));
}

function bytesOf4(text: string): Uint8Array {
  const number = numberOf4(text);
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
}

/** 32 bits, signed. Oracles ask for every packet and policy: no regular expressions, no arrays. */
function numberOf4(text: string): number {
  let number = 0;
  let part = 0;
  let digits = 0;
  let parts = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : 46;
    if (code === 46 && digits > 0 && part < 256) {
      number = (number << 8) | part;
      parts += 1;
      part = 0;
      digits = 0;
    } else if (code >= 48 && code <= 57 && digits < 3) {
      part = part * 10 + code - 48;
      digits += 1;
    } else throw bad(text);
  }
  if (parts !== 4) throw bad(text);
  return number;
}

function bytesOf6(text: string): Uint8Array {
  const sides = text.length <= 45 ? text.split('::').map((side) => groupsOf(side, text)) : [];
  const [head = [], tail] = sides;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (sides.length < 1 || sides.length > 2 || missing < (tail ? 1 : 0) || (!tail && missing > 0)) throw bad(text);
  const bytes = new Uint8Array(16);
  const groups = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  groups.forEach((group, index) => {
    bytes[2 * index] = group >> 8;
    bytes[2 * index + 1] = group & 0xff;
  });
  return bytes;
}

/** The 16-bit groups of one side of `::`; the last may be a dotted IPv4 address, which makes two. */
function groupsOf(side: string, text: string): number[] {
  if (side === '') return [];
  const parts = side.split(':');
  return parts.flatMap((part, index) => {
    if (part.includes('.') && index === parts.length - 1 && text.endsWith(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = bytesOf4(part);
      return [(a << 8) | b, (c << 8) | d];
    }
    if (!/^[0-9a-f]{1,4}$/i.test(part)) throw bad(text);
    return [Number.parseInt(part, 16)];
  });
}

function bad(text: string): Error {
  return malformed('address', `${excerptOf(text)} is none`);
}

/** A network in CIDR form, or one address. Raises `malformed` for what is neither. */
export function prefixOf(text: string): Prefix {
  const slash = text.indexOf('/');
  const address = canonicalAddress(withoutPrefix(text));
  const bits = familyOf(address) === 4 ? 32 : 128;
  if (slash < 0) return { address, prefix: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) throw bad(text);
  return { address, prefix: Number(length) };
}

/** A network or an address in one spelling, `10.1.0.1/32`; any other text as it is. */
export function spelledNetwork(text: string): string {
  try {
    const { address, prefix } = prefixOf(text);
    return `${address}/${prefix}`;
  } catch {
    return text;
  }
}

/** An address without the prefix length behind it, if it has one. */
export function withoutPrefix(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? text : text.slice(0, slash);
}

/** True when an address lies in a prefix (both canonical). Addresses of different families never do. */
export function prefixContains({ address: network, prefix }: Prefix, address: Address): boolean {
  if (network === address) return true;
  const family = familyOf(network);
  if (family !== familyOf(address)) return false;
  if (prefix === 0) return true;
  if (family === 6) return prefix < 128 && sameBits(addressBytes(network), addressBytes(address), prefix);
  return prefix < 32 && (numberOf4(network) ^ numberOf4(address)) >>> (32 - prefix) === 0;
}

function sameBits(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at += 1) if (a[at] !== b[at]) return false;
  return ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - (bits & 7)) === 0;
}
