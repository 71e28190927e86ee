import { type CipherGCMTypes, createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { IpsecSa } from '../ipsec.ts';
import { trial, type Unjudged, unjudged } from './opened.ts';
import { sameBytes } from './raw-bytes.ts';

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

/** One key at work. */
interface AeadKey {
  /** The cleartext; undefined where the ICV is wrong. */
  readonly open: (input: AeadInput) => Uint8Array | undefined;
  /** Whether the ICV is right for `bytes` encrypted. */
  readonly fitsCleartext: (input: AeadInput) => boolean;
  /** What goes between IV and the end of a packet: ciphertext and ICV. */
  readonly seal: (input: AeadClear) => Uint8Array;
}

/** What is sealed: `bytes` are in clear. */
export type AeadClear = Omit<AeadInput, 'icv'>;

interface AeadAlgorithm {
  /** Bytes of salt at the end of the key. */
  readonly salt: number;
  /** Key lengths in bytes, salt included. */
  readonly keys: readonly number[];
  /** ICV lengths in bits. */
  readonly icvs: readonly number[];
  readonly use: (key: Uint8Array, salt: Uint8Array, icvBytes: number) => AeadKey;
}

/** By Linux crypto name (net/xfrm/xfrm_algo.c, aead_list). */
const algorithms: Readonly<Record<string, AeadAlgorithm>> = {
  'rfc4106(gcm(aes))': { salt: 4, keys: [20, 28, 36], icvs: [64, 96, 128], use: keyFor(aesName('gcm')) },
  'rfc4309(ccm(aes))': { salt: 3, keys: [19, 27, 35], icvs: [64, 96, 128], use: keyFor(aesName('ccm')) },
  'rfc4543(gcm(aes))': { salt: 4, keys: [20, 28, 36], icvs: [128], use: gmacKey },
  'rfc7539esp(chacha20,poly1305)': { salt: 4, keys: [36], icvs: [128], use: keyFor(() => 'chacha20-poly1305') },
};

/** The AEAD of one SA. */
export interface Aead extends AeadKey {
  /** Bytes of the ICV. */
  readonly length: number;
}

/** AEAD from an SA's algorithm and key. */
export function aeadOf(aead: NonNullable<IpsecSa['aead']>): Aead | Unjudged {
  const { name, key, icv } = aead;
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (algorithm === undefined) return unjudged(name);
  if (!algorithm.keys.includes(key.length)) return unjudged(`${name} with a key of ${key.length} bytes`);
  if (!algorithm.icvs.includes(icv)) return unjudged(`${name} with an ICV of ${icv} bits`);
  const end = key.length - algorithm.salt;
  const keyed = algorithm.use(key.subarray(0, end), key.subarray(end), icv / 8);
  const nothing = new Uint8Array(0);
  const sample = { associated: nothing, iv: new Uint8Array(aeadIv), bytes: nothing, icv: new Uint8Array(icv / 8) };
  return trial(name, () => keyed.open(sample)) ?? { length: icv / 8, ...keyed };
}

function aesName(mode: string): (bits: number) => string {
  return (bits) => `aes-${bits}-${mode}`;
}

function keyFor(nameOf: (bits: number) => string): AeadAlgorithm['use'] {
  return (key, salt, length) => {
    // Node's types know modes by literal names; one shape serves all of them.
    const name = nameOf(key.length * 8) as CipherGCMTypes;
    const secret = createSecretKey(key);
    const seal: AeadKey['seal'] = ({ associated, iv, bytes }) => {
      const cipher = createCipheriv(name, secret, Buffer.concat([salt, iv]), { authTagLength: length });
      cipher.setAAD(associated, { plaintextLength: bytes.length });
      const sealed = cipher.update(bytes);
      cipher.final();
      return Buffer.concat([sealed, cipher.getAuthTag()]);
    };
    const open: AeadKey['open'] = ({ associated, iv, bytes, icv }) => {
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
    const fitsCleartext: AeadKey['fitsCleartext'] = ({ icv, ...clear }) =>
      sameBytes(seal(clear).subarray(-icv.length), icv);
    return { open, fitsCleartext, seal };
  };
}

/** GMAC: nothing is encrypted, all bytes in front of the ICV are associated data (RFC 4543, 3.3). */
function gmacKey(key: Uint8Array, salt: Uint8Array, length: number): AeadKey {
  const { open, seal } = keyFor(aesName('gcm'))(key, salt, length);
  return {
    seal: ({ associated, iv, bytes }) => {
      const all = Buffer.concat([associated, iv, bytes]);
      return Buffer.concat([bytes, seal({ associated: all, iv, bytes: new Uint8Array(0) })]);
    },
    open: ({ associated, iv, bytes, icv }) => {
      const all = Buffer.concat([associated, iv, bytes]);
      return open({ associated: all, iv, bytes: new Uint8Array(0), icv }) && bytes;
    },
    fitsCleartext: () => false,
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
