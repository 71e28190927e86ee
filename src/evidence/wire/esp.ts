import type { IpsecSa } from '../ipsec.ts';
import { type Aead, aeadIv, aeadOf } from './aead.ts';
import { type Encryption, encryptionOf } from './encryption.ts';
import { type Integrity, integrityOf } from './integrity.ts';
import { type Opened, type Opener, type Opening, type Refused, refused, type Unjudged } from './opened.ts';
import { sameBytes, word32, word32At } from './raw-bytes.ts';

/** SPI and sequence number. */
const header = 8;
/** Pad length and next header. */
const trailer = 2;

/**
 * Authenticates and decrypts one ESP packet (RFC 4303).
 *
 * @param esp from the SPI on, without UDP or TCP around it, reassembled
 * @param highSequence high half of an ESN; ignored where the SA has none
 */
export function openEsp(sa: IpsecSa, esp: Uint8Array, highSequence = 0): Opening {
  const opener = espOpener(sa);
  return typeof opener === 'function' ? opener(esp, highSequence >>> 0) : opener;
}

/** The keys of an ESP SA, ready for many packets. */
export function espOpener(sa: IpsecSa): Opener | Unjudged {
  if (sa.aead !== undefined) {
    const aead = aeadOf(sa.aead);
    return 'word' in aead ? aead : aeadOpener(aead, sa.esn);
  }
  const encryption = encryptionOf(sa);
  if ('word' in encryption) return encryption;
  const integrity = integrityOf(sa);
  return 'word' in integrity ? integrity : composedOpener(encryption, integrity, sa.esn);
}

/** Encryption and integrity apart: the ICV covers header, IV and ciphertext, and behind them the high half. */
function composedOpener(encryption: Encryption, integrity: Integrity, esn: boolean): Opener {
  const start = header + encryption.iv;
  return (esp, highSequence) => {
    const end = esp.length - integrity.length;
    if (end < start + trailer) return refused('truncated');
    if ((end - start) % encryption.block !== 0) return refused('alignment');
    const behind = esn ? [word32(highSequence)] : [];
    const fits = (covered: readonly Uint8Array[]): boolean =>
      sameBytes(integrity.icv([...covered, ...behind]), esp.subarray(end));
    const iv = esp.subarray(header, start);
    const bytes = esp.subarray(start, end);
    if (!fits([esp.subarray(0, end)])) {
      return refused(fits([esp.subarray(0, start), encryption.encrypt(iv, bytes)]) ? 'cleartext' : 'integrity');
    }
    const rest = { ...sequenceOf(esp, esn, highSequence), authenticated: integrity.length > 0 };
    return withoutTrailer(encryption.decrypt(iv, bytes), rest);
  };
}

/** An AEAD covers SPI, the sequence number in full, and what it encrypts (RFC 4106, section 5). */
function aeadOpener({ length, open, fitsCleartext }: Aead, esn: boolean): Opener {
  const start = header + aeadIv;
  return (esp, highSequence) => {
    const end = esp.length - length;
    if (end < start + trailer) return refused('truncated');
    const associated = associatedOf(esp.subarray(0, header), esn, highSequence);
    const iv = esp.subarray(header, start);
    const input = { associated, iv, bytes: esp.subarray(start, end), icv: esp.subarray(end) };
    const clear = open(input);
    if (clear === undefined) return refused(fitsCleartext(input) ? 'cleartext' : 'integrity');
    return withoutTrailer(clear, { ...sequenceOf(esp, esn, highSequence), authenticated: true });
  };
}

/** What an AEAD covers in clear: SPI, and the sequence number in full. */
export function associatedOf(head: Uint8Array, esn: boolean, highSequence: number): Uint8Array {
  return esn ? Buffer.concat([head.subarray(0, 4), word32(highSequence), head.subarray(4)]) : head;
}

type Sequence = Pick<Opened, 'sequence' | 'sequence64'>;

function sequenceOf(esp: Uint8Array, esn: boolean, highSequence: number): Sequence {
  const sequence = word32At(esp, 4);
  return esn ? { sequence, sequence64: (BigInt(highSequence) << 32n) | BigInt(sequence) } : { sequence };
}

function withoutTrailer(clear: Uint8Array, rest: Sequence & Pick<Opened, 'authenticated'>): Opened | Refused {
  const nextHeader = clear.at(-1) ?? 0;
  const padLength = clear.at(-2) ?? 0;
  const end = clear.length - trailer - padLength;
  if (end < 0) return refused('padding');
  const counted = clear.subarray(end, end + padLength).every((byte, index) => byte === index + 1);
  const paddingValid = counted && clear.length % 4 === 0;
  return { word: 'opened', ...rest, nextHeader, inner: clear.subarray(0, end), padLength, paddingValid };
}
