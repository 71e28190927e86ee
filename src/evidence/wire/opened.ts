/** A packet that its SA's keys open. */
export interface Opened {
  readonly word: 'opened';
  /** As sent, 32 bits. */
  readonly sequence: number;
  /** With the high half that entered the ICV; only where the SA has ESN (RFC 4303, 2.2.1). */
  readonly sequence64?: bigint;
  /** IP protocol of `inner`; 4 and 41: a whole IP packet. */
  readonly nextHeader: number;
  /** ESP: without padding and trailer. AH: what follows the AH header. Traffic flow padding is still there. */
  readonly inner: Uint8Array;
  /** Bytes: ESP padding, or AH padding behind the ICV. */
  readonly padLength: number;
  /**
   * ESP: padding counts 1, 2, 3, … and the trailer ends on 4 bytes (RFC 4303, 2.4). AH: no more padding than
   * alignment asks for (RFC 4302, 3.3.3.2.1).
   */
  readonly paddingValid: boolean;
  /** An ICV was there and is right. False where the SA has no integrity at all (`digest_null`). */
  readonly authenticated: boolean;
}

/** Why an SA that can be judged does not open a packet. */
export type RefusalReason =
  /** The ICV is not that of these bytes under this key. */
  | 'integrity'
  /**
   * ESP: the ICV is right, but for these bytes encrypted: cleartext stands where ciphertext should be. A sender that does
   * not encrypt, or a capture that shared its memory with the receiver, which decrypts in place (TCP encapsulation).
   */
  | 'cleartext'
  /** ESP: the padding is longer than what was encrypted. */
  | 'padding'
  /** Shorter than header, IV, trailer and ICV. */
  | 'truncated'
  /** Encrypted bytes are not whole cipher blocks. */
  | 'alignment'
  /** AH: its length field does not fit the algorithm (RFC 4302, 2.2). */
  | 'length'
  /** AH: headers in front of it are malformed. */
  | 'headers'
  /** AH: a fragment; ICVs cover whole packets (RFC 4302, 3.4.1). */
  | 'fragment'
  /** IPComp: not deflated data. */
  | 'compression'
  /** IPComp: inflates to more than an IP packet can hold. */
  | 'too-large';

/** A packet that does not open, though algorithm and key are known. */
export interface Refused {
  readonly word: 'refused';
  readonly reason: RefusalReason;
}

/** Nothing can be said of the packet: an algorithm or a key that is not implemented. Never counts as verified. */
export interface Unjudged {
  readonly word: 'unjudged';
  /** Names the algorithm. */
  readonly reason: string;
}

export type Opening = Opened | Refused | Unjudged;

/**
 * The keys of one SA, ready for use. `bytes` are ESP from the SPI on, AH from the IP header on; `highSequence` is
 * the high half of an ESN, ignored without ESN.
 */
export type Opener = (bytes: Uint8Array, highSequence: number) => Opened | Refused;

export function refused(reason: RefusalReason): Refused {
  return { word: 'refused', reason };
}

export function unjudged(reason: string): Unjudged {
  return { word: 'unjudged', reason };
}

/**
 * Runs an algorithm once, before packets depend on it: which ones OpenSSL offers is the choice of whoever built it
 * (RIPEMD-160, SM4, Camellia; most of them with FIPS). Undefined: it works.
 */
export function trial(name: string, work: () => unknown): Unjudged | undefined {
  try {
    work();
    return undefined;
  } catch {
    return unjudged(`${name}: not offered by this OpenSSL`);
  }
}
