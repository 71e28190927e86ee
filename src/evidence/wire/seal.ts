import type { IpsecSa } from '../ipsec.ts';
import { aeadIv, aeadOf } from './aead.ts';
import { immutableHeaders } from './ah.ts';
import { encryptionOf } from './encryption.ts';
import { associatedOf } from './esp.ts';
import { integrityOf } from './integrity.ts';
import { copied, word32 } from './raw-bytes.ts';

/** What goes into one ESP packet (RFC 4303). */
export interface EspClear {
  /** 32 bits. */
  readonly sequence: number;
  /** High half of an ESN; 0 by default, ignored where the SA has none. */
  readonly highSequence?: number;
  /** IP protocol of `inner`. */
  readonly nextHeader: number;
  readonly inner: Uint8Array;
  /** As long as the algorithm's; none of a cipher without one. Default: the sequence number behind zeros. */
  readonly iv?: Uint8Array;
  /** Octets behind `inner` in place of what RFC 4303, 2.4 asks for: 1, 2, 3, … up to the block's end. */
  readonly padding?: Uint8Array;
}

/**
 * The ESP packet that an SA's sender makes of this, from the SPI on; with `why`, the algorithm or key that is not implemented. The inverse of
 * `openEsp`, by the same keys.
 */
export function sealEsp(sa: IpsecSa, clear: EspClear): Uint8Array | { readonly why: string } {
  const head = Buffer.concat([word32(sa.spi), word32(clear.sequence)]);
  const high = clear.highSequence ?? 0;
  if (sa.aead !== undefined) {
    const aead = aeadOf(sa.aead);
    if ('word' in aead) return { why: aead.reason };
    const iv = ivOf(clear, aeadIv);
    const associated = associatedOf(head, sa.esn, high);
    return Buffer.concat([head, iv, aead.seal({ associated, iv, bytes: withTrailer(clear, 4) })]);
  }
  const encryption = encryptionOf(sa);
  if ('word' in encryption) return { why: encryption.reason };
  const integrity = integrityOf(sa);
  if ('word' in integrity) return { why: integrity.reason };
  const iv = ivOf(clear, encryption.iv);
  const covered = Buffer.concat([head, iv, encryption.encrypt(iv, withTrailer(clear, encryption.block))]);
  return Buffer.concat([covered, integrity.icv([covered, ...(sa.esn ? [word32(high)] : [])])]);
}

function ivOf({ iv, sequence }: EspClear, length: number): Uint8Array {
  if (iv !== undefined) return iv;
  return length === 0 ? new Uint8Array(0) : Buffer.concat([Buffer.alloc(length - 4), word32(sequence)]);
}

/** Payload, padding, its length, next header. */
function withTrailer({ inner, nextHeader, padding }: EspClear, block: number): Buffer {
  const unit = Math.max(4, block);
  const missing = (unit - ((inner.length + 2) % unit)) % unit;
  const pad = padding ?? Uint8Array.from({ length: missing }, (_, at) => at + 1);
  return Buffer.concat([inner, pad, Uint8Array.of(pad.length, nextHeader)]);
}

/** What goes into one packet with an Authentication Header (RFC 4302). */
export interface AhClear {
  readonly sequence: number;
  /** High half of an ESN; 0 by default, ignored where the SA has none. */
  readonly highSequence?: number;
  /** IP protocol of what is behind the header. */
  readonly nextHeader: number;
  readonly inner: Uint8Array;
}

/** Octets of next header, length, reserved, SPI and sequence number. */
const fixed = 12;

/**
 * The Authentication Header and what is behind it. `headersFor`: the packet's IP header, or headers, in front of so many octets, with
 * protocol 51; the ICV covers what of it does not change on the way.
 */
export function sealAh(
  sa: IpsecSa,
  clear: AhClear,
  headersFor: (octets: number) => Uint8Array,
): Uint8Array | { readonly why: string } {
  if (sa.integrity === undefined) return { why: 'no integrity algorithm' };
  const integrity = integrityOf(sa);
  if ('word' in integrity) return { why: integrity.reason };
  const length = Math.ceil((fixed + integrity.length) / 8) * 8;
  const ah = Buffer.concat([
    Uint8Array.of(clear.nextHeader, length / 4 - 2, 0, 0),
    word32(sa.spi),
    word32(clear.sequence),
    Buffer.alloc(length - fixed),
    clear.inner,
  ]);
  const packet = Buffer.concat([headersFor(ah.length), ah]);
  const found = immutableHeaders(packet);
  if (typeof found === 'string') return { why: `${found} of the packet` };
  const esn = sa.esn ? [word32(clear.highSequence ?? 0)] : [];
  const sealed = copied(ah);
  sealed.set(integrity.icv([found.headers, ah, ...esn]), fixed);
  return sealed;
}
