import { type CipherGCMTypes, createDecipheriv, createSecretKey } from 'node:crypto';
import type { IpsecSa } from '../observation/model.ts';
import { type Unjudged, unjudged } from './opened.ts';

/** All AEADs of ESP carry an IV of 8 bytes (RFC 4106, 3.1; 4309, 3.1; 4543, 3.1; 7634, 2.1). */
export const aeadIv = 8;

/** One packet, taken apart. */
export interface AeadInput {
  /** SPI and sequence number, the high half of an ESN between them. */
  readonly associated: Uint8Array;
  readonly iv: Uint8Array;
  /** Between IV and ICV. */
  readonly bytes: Uint8Array;
  readonly icv: Uint8Array;
}

/** The cleartext; undefined where the ICV is wrong. */
type AeadOpen = (input: AeadInput) => Uint8Array | undefined;

interface AeadAlgorithm {
  /** Bytes of salt at the end of the key. */
  readonly salt: number;
  /** Key lengths in bytes, salt included. */
  readonly keys: readonly number[];
  /** ICV lengths in bits. */
  readonly icvs: readonly number[];
  readonly open: (key: Uint8Array, salt: Uint8Array) => AeadOpen;
}

/** By Linux crypto name (net/xfrm/xfrm_algo.c, aead_list). */
const algorithms: Readonly<Record<string, AeadAlgorithm>> = {
  'rfc4106(gcm(aes))': { salt: 4, keys: [20, 28, 36], icvs: [64, 96, 128], open: openWith(aesName('gcm')) },
  'rfc4309(ccm(aes))': { salt: 3, keys: [19, 27, 35], icvs: [64, 96, 128], open: openWith(aesName('ccm')) },
  'rfc4543(gcm(aes))': { salt: 4, keys: [20, 28, 36], icvs: [128], open: openGmac },
  'rfc7539esp(chacha20,poly1305)': { salt: 4, keys: [36], icvs: [128], open: openWith(() => 'chacha20-poly1305') },
};

/** The AEAD of one SA. */
export interface Aead {
  /** Bytes of the ICV. */
  readonly length: number;
  readonly open: AeadOpen;
}

/** AEAD from an SA's algorithm and key. */
export function aeadOf(aead: NonNullable<IpsecSa['aead']>): Aead | Unjudged {
  const { name, key, icv } = aead;
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (algorithm === undefined) return unjudged(name);
  if (!algorithm.keys.includes(key.length)) return unjudged(`${name} with a key of ${key.length} bytes`);
  if (!algorithm.icvs.includes(icv)) return unjudged(`${name} with an ICV of ${icv} bits`);
  const end = key.length - algorithm.salt;
  return { length: icv / 8, open: algorithm.open(key.subarray(0, end), key.subarray(end)) };
}

function aesName(mode: string): (bits: number) => string {
  return (bits) => `aes-${bits}-${mode}`;
}

function openWith(nameOf: (bits: number) => string): AeadAlgorithm['open'] {
  return (key, salt) => {
    // Node's types know modes by literal names; one shape serves all of them.
    const name = nameOf(key.length * 8) as CipherGCMTypes;
    const secret = createSecretKey(key);
    return ({ associated, iv, bytes, icv }) => {
      const decipher = createDecipheriv(name, secret, Buffer.concat([salt, iv]), { authTagLength: icv.length });
      decipher.setAuthTag(icv);
      // CCM wants to know the length in advance; the other modes pass over it.
      decipher.setAAD(associated, { plaintextLength: bytes.length });
      return finished(() => {
        const clear = decipher.update(bytes);
        decipher.final();
        return clear;
      });
    };
  };
}

/** GMAC: nothing is encrypted, all bytes in front of the ICV are associated data (RFC 4543, 3.3). */
function openGmac(key: Uint8Array, salt: Uint8Array): AeadOpen {
  const open = openWith(aesName('gcm'))(key, salt);
  return ({ associated, iv, bytes, icv }) => {
    const all = Buffer.concat([associated, iv, bytes]);
    return open({ associated: all, iv, bytes: new Uint8Array(0), icv }) && bytes;
  };
}

/** Lengths and keys are checked before, so all that OpenSSL can object to is the ICV. */
function finished(work: () => Uint8Array): Uint8Array | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
