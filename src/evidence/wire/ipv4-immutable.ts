import type { HeaderProblem, ImmutableHeaders } from './immutable-headers.ts';
import { copied, word16At } from './raw-bytes.ts';

/**
 * IPv4 options that keep their bytes on the way, by type: end, no operation, security, extended and commercial
 * security, router alert, multi-destination delivery (RFC 4302, appendix A1). All others are zeroed.
 */
const immutableOptions = new Set([130, 133, 134, 148, 149]);
const endOfOptions = 0;
const noOperation = 1;
/** Loose and strict source route (RFC 791, 3.1). */
const sourceRoutes = new Set([131, 137]);

/** Headers of an IPv4 packet that carries AH (RFC 4302, 3.3.3.1.1). */
export function immutableIpv4(packet: Uint8Array): ImmutableHeaders | HeaderProblem {
  if (packet.length < 20) return 'truncated';
  const length = ((packet[0] ?? 0) & 15) * 4;
  const end = word16At(packet, 2);
  if (length < 20 || end < length) return 'headers';
  if (end > packet.length) return 'truncated';
  // More fragments, or an offset; "don't fragment" is 0x4000.
  if ((word16At(packet, 6) & 0x3fff) !== 0) return 'fragment';
  if (packet[9] !== 51) return 'headers';
  const headers = copied(packet.subarray(0, length));
  headers[1] = 0;
  headers.fill(0, 6, 9);
  headers.fill(0, 10, 12);
  return zeroOptions(headers) ? { version: 4, headers, end } : 'headers';
}

/** Zeroes mutable options; false where they are malformed. */
function zeroOptions(headers: Uint8Array): boolean {
  for (let at = 20; at < headers.length; ) {
    const type = headers[at] ?? 0;
    if (type === endOfOptions) return true;
    const length = type === noOperation ? 1 : (headers[at + 1] ?? 0);
    if (length === 0 || at + length > headers.length || (type !== noOperation && length < 2)) return false;
    if (sourceRoutes.has(type)) routeToEnd(headers, headers.subarray(at, at + length));
    if (type !== noOperation && !immutableOptions.has(type)) headers.fill(0, at, at + length);
    at += length;
  }
  return true;
}

/** The destination is predictable: the last address of a source route that is not used up (its pointer says so). */
function routeToEnd(headers: Uint8Array, option: Uint8Array): void {
  if (option.length >= 7 && (option[2] ?? 0) <= option.length - 3) headers.set(option.subarray(-4), 16);
}
