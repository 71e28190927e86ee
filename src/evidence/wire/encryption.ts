import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { IpsecSa } from '../ipsec.ts';
import { trial, type Unjudged, unjudged } from './opened.ts';

/** Works on the bytes between IV and ICV, whole blocks. */
type Transform = (iv: Uint8Array, bytes: Uint8Array) => Uint8Array;

/** One key at work. */
interface CipherKey {
  readonly encrypt: Transform;
  readonly decrypt: Transform;
}

interface Cipher {
  /** Bytes of the IV that a packet carries. */
  readonly iv: number;
  /** Encrypted bytes are a multiple of this. */
  readonly block: number;
  /** Key lengths in bytes. */
  readonly keys: readonly number[];
  readonly use: (key: Uint8Array) => CipherKey;
}

const noCipher: CipherKey = { encrypt: (_iv, bytes) => bytes, decrypt: (_iv, bytes) => bytes };

/** Encryption without integrity, by Linux crypto name (net/xfrm/xfrm_algo.c, ealg_list). */
const ciphers: Readonly<Record<string, Cipher>> = {
  'ecb(cipher_null)': { iv: 0, block: 1, keys: [0], use: () => noCipher },
  'cbc(aes)': { iv: 16, block: 16, keys: [16, 24, 32], use: cbc((bits) => `aes-${bits}-cbc`) },
  'cbc(camellia)': { iv: 16, block: 16, keys: [16, 24, 32], use: cbc((bits) => `camellia-${bits}-cbc`) },
  'cbc(sm4)': { iv: 16, block: 16, keys: [16], use: cbc(() => 'sm4-cbc') },
  'cbc(des3_ede)': { iv: 8, block: 8, keys: [24], use: cbc(() => 'des-ede3-cbc') },
  // One key three times makes triple DES single DES, which OpenSSL no longer offers.
  'cbc(des)': {
    iv: 8,
    block: 8,
    keys: [8],
    use: (key) => cbc(() => 'des-ede3-cbc')(Buffer.concat([key, key, key])),
  },
  'rfc3686(ctr(aes))': { iv: 8, block: 1, keys: [20, 28, 36], use: saltedCounter },
};

/** The encryption of one SA. */
export interface Encryption extends Pick<Cipher, 'iv' | 'block'>, CipherKey {}

/** Encryption of an SA that has no AEAD. */
export function encryptionOf({ encryption }: IpsecSa): Encryption | Unjudged {
  if (encryption === undefined) return unjudged('no encryption algorithm');
  const { name, key } = encryption;
  const cipher = Object.hasOwn(ciphers, name) ? ciphers[name] : undefined;
  if (cipher === undefined) return unjudged(name);
  if (!cipher.keys.includes(key.length)) return unjudged(`${name} with a key of ${key.length} bytes`);
  const keyed = cipher.use(key);
  const missing = trial(name, () => keyed.decrypt(new Uint8Array(cipher.iv), new Uint8Array(cipher.block)));
  return missing ?? { iv: cipher.iv, block: cipher.block, ...keyed };
}

function cbc(nameOf: (bits: number) => string): (key: Uint8Array) => CipherKey {
  return (key) => keyFor(nameOf(key.length * 8), key);
}

/** Counter block: 4 bytes of salt, the IV, a counter from 1 (RFC 3686, section 4). */
function saltedCounter(key: Uint8Array): CipherKey {
  const salt = key.subarray(-4);
  const { decrypt } = keyFor(`aes-${(key.length - 4) * 8}-ctr`, key.subarray(0, -4));
  const work: Transform = (iv, bytes) => decrypt(Buffer.concat([salt, iv, Uint8Array.of(0, 0, 0, 1)]), bytes);
  return { encrypt: work, decrypt: work };
}

function keyFor(name: string, key: Uint8Array): CipherKey {
  const secret = createSecretKey(key);
  return {
    encrypt: (iv, bytes) => createCipheriv(name, secret, iv).setAutoPadding(false).update(bytes),
    decrypt: (iv, bytes) => createDecipheriv(name, secret, iv).setAutoPadding(false).update(bytes),
  };
}
