import { inflateRawSync } from 'node:zlib';
import type { IpsecSa } from '../ipsec.ts';
import { type Refused, refused, type Unjudged, unjudged } from './opened.ts';

/** Next header, flags, CPI (RFC 3173, section 3). */
const header = 4;
/** What an IP packet can hold; nothing longer may have been compressed. */
const largest = 65535;

/** A packet inflated. */
export interface Inflated {
  readonly word: 'inflated';
  /** IP protocol of `inner`. */
  readonly nextHeader: number;
  readonly inner: Uint8Array;
}

/**
 * Inflates one IPComp payload (RFC 3173, RFC 2394). There is no key and no ICV: this says nothing of who sent it.
 *
 * @param ipcomp from the IPComp header on
 */
export function openIpcomp(sa: Pick<IpsecSa, 'compression'>, ipcomp: Uint8Array): Inflated | Refused | Unjudged {
  if (sa.compression !== 'deflate') return unjudged(sa.compression ?? 'no compression algorithm');
  if (ipcomp.length <= header) return refused('truncated');
  try {
    const inner = inflateRawSync(ipcomp.subarray(header), { maxOutputLength: largest });
    return { word: 'inflated', nextHeader: ipcomp[0] ?? 0, inner };
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return refused(tooLarge ? 'too-large' : 'compression');
  }
}
