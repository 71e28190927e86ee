import { createHmac, createSecretKey } from 'node:crypto';
import type { IpsecSa } from '../ipsec.ts';
import { cmac, type Mac, xcbcMac } from './block-mac.ts';
import { trial, type Unjudged, unjudged } from './opened.ts';

interface IntegrityAlgorithm {
  /** Bits of the ICV where XFRM gives no truncation (net/xfrm/xfrm_algo.c, icv_truncbits). */
  readonly truncation: number;
  /** Bits that the algorithm makes. */
  readonly full: number;
  /** Key lengths in bytes; any where absent, as HMAC takes them (RFC 2104). */
  readonly keys?: readonly number[];
  readonly mac: (key: Uint8Array) => Mac;
}

/** By Linux crypto name (net/xfrm/xfrm_algo.c, aalg_list). `hmac(rmd160)`: kernels before 7. */
const algorithms: Readonly<Record<string, IntegrityAlgorithm>> = {
  digest_null: { truncation: 0, full: 0, keys: [0], mac: () => () => new Uint8Array(0) },
  'hmac(md5)': { truncation: 96, full: 128, mac: hmac('md5') },
  'hmac(sha1)': { truncation: 96, full: 160, mac: hmac('sha1') },
  'hmac(sha256)': { truncation: 96, full: 256, mac: hmac('sha256') },
  'hmac(sha384)': { truncation: 192, full: 384, mac: hmac('sha384') },
  'hmac(sha512)': { truncation: 256, full: 512, mac: hmac('sha512') },
  'hmac(rmd160)': { truncation: 96, full: 160, mac: hmac('ripemd160') },
  'hmac(sm3)': { truncation: 256, full: 256, mac: hmac('sm3') },
  'xcbc(aes)': { truncation: 96, full: 128, keys: [16], mac: xcbcMac },
  'cmac(aes)': { truncation: 96, full: 128, keys: [16, 24, 32], mac: cmac },
};

/** The integrity of one SA. */
export interface Integrity {
  /** Bytes of the ICV in a packet; 0: none. */
  readonly length: number;
  /** The ICV over parts, cut to `length`. */
  readonly icv: Mac;
}

/** Integrity of an SA from its algorithm and key; an SA without one has an ICV of no bytes. */
export function integrityOf({ integrity }: IpsecSa): Integrity | Unjudged {
  if (integrity === undefined) return { length: 0, icv: () => new Uint8Array(0) };
  const { name, key, truncation } = integrity;
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (algorithm === undefined) return unjudged(name);
  if (algorithm.keys?.includes(key.length) === false) return unjudged(`${name} with a key of ${key.length} bytes`);
  const bits = truncation || algorithm.truncation;
  if (bits > algorithm.full || bits % 8 !== 0) return unjudged(`${name} truncated to ${bits} bits`);
  const mac = algorithm.mac(key);
  const missing = trial(name, () => mac([]));
  if (missing !== undefined) return missing;
  return { length: bits / 8, icv: (parts) => mac(parts).subarray(0, bits / 8) };
}

function hmac(hash: string): (key: Uint8Array) => Mac {
  return (key) => {
    const secret = createSecretKey(key);
    return (parts) => {
      const running = createHmac(hash, secret);
      for (const part of parts) running.update(part);
      return running.digest();
    };
  };
}
