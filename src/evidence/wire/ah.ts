import type { IpsecSa } from '../ipsec.ts';
import type { HeaderProblem, ImmutableHeaders } from './immutable-headers.ts';
import { type Integrity, integrityOf } from './integrity.ts';
import { immutableIpv4 } from './ipv4-immutable.ts';
import { immutableIpv6 } from './ipv6-immutable.ts';
import { type Opener, type Opening, refused, type Unjudged, unjudged } from './opened.ts';
import { copied, sameBytes, word32, word32At } from './raw-bytes.ts';

/** Next header, length, reserved, SPI, sequence number (RFC 4302, section 2). */
const fixed = 12;

/**
 * Authenticates one packet with an Authentication Header (RFC 4302).
 *
 * @param ipPacket from the IP header on, reassembled; link padding behind it is passed over
 * @param highSequence high half of an ESN; ignored where the SA has none
 */
export function openAh(sa: IpsecSa, ipPacket: Uint8Array, highSequence = 0): Opening {
  const opener = ahOpener(sa);
  return typeof opener === 'function' ? opener(ipPacket, highSequence >>> 0) : opener;
}

/** The keys of an AH SA, ready for many packets. */
export function ahOpener(sa: IpsecSa): Opener | Unjudged {
  if (sa.integrity === undefined) return unjudged('no integrity algorithm');
  const integrity = integrityOf(sa);
  if ('word' in integrity) return integrity;
  return (packet, highSequence) => {
    const found = immutableHeaders(packet);
    if (typeof found === 'string') return refused(found);
    return opened({ packet, found, integrity, ...(sa.esn && { highSequence }) });
  };
}

/** Headers of a packet that carries AH (RFC 4302, 3.3.3.1). */
export function immutableHeaders(packet: Uint8Array): ImmutableHeaders | HeaderProblem {
  const version = (packet[0] ?? 0) >>> 4;
  if (version === 4) return immutableIpv4(packet);
  return version === 6 ? immutableIpv6(packet) : 'headers';
}

interface Work {
  readonly packet: Uint8Array;
  readonly found: ImmutableHeaders;
  readonly integrity: Integrity;
  /** Absent without ESN. */
  readonly highSequence?: number;
}

function opened({ packet, found, integrity, highSequence }: Work): ReturnType<Opener> {
  const start = found.headers.length;
  const alignment = found.version === 4 ? 4 : 8;
  const ah = packet.subarray(start, found.end);
  if (ah.length < fixed) return refused('truncated');
  const length = ((ah[1] ?? 0) + 2) * 4;
  const icvEnd = fixed + integrity.length;
  if (length > ah.length) return refused('truncated');
  if (!allowedLengths(icvEnd, alignment).includes(length)) return refused('length');
  const zeroed = copied(ah);
  zeroed.fill(0, fixed, icvEnd);
  const esn = highSequence === undefined ? [] : [word32(highSequence)];
  if (!sameBytes(integrity.icv([found.headers, zeroed, ...esn]), ah.subarray(fixed, icvEnd))) {
    return refused('integrity');
  }
  const sequence = word32At(ah, 8);
  return {
    word: 'opened',
    sequence,
    ...(highSequence !== undefined && { sequence64: (BigInt(highSequence) << 32n) | BigInt(sequence) }),
    nextHeader: ah[0] ?? 0,
    inner: ah.subarray(length),
    padLength: length - icvEnd,
    paddingValid: length === aligned(icvEnd, alignment),
    authenticated: integrity.length > 0,
  };
}

/**
 * The header ends on 4 bytes with IPv4 and on 8 with IPv6 (RFC 4302, 2.6). Linux aligns IPv4 to 8 as well, unless the SA
 * has the flag `align4` (net/ipv4/ah4.c, ah_output); that is tolerated here and told as invalid padding.
 */
function allowedLengths(icvEnd: number, alignment: 4 | 8): number[] {
  return [aligned(icvEnd, alignment), aligned(icvEnd, 8)];
}

function aligned(length: number, to: number): number {
  return Math.ceil(length / to) * to;
}
