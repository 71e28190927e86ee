import type { Bytes } from '../../base/bytes.ts';
import { latin1 } from '../../base/bytes.ts';
import type { Algorithm } from '../ipsec.ts';

/** struct xfrm_algo: name (64 bytes), key length in bits, key. */
export function readAlgorithm(bytes: Bytes): Algorithm {
  const name = readName(bytes);
  const bits = bytes.u32Le();
  return { name, key: readKey(bytes, bits) };
}

/** struct xfrm_algo_auth: as above, with the bits to keep of the digest before the key. */
export function readAuthentication(bytes: Bytes): Algorithm & { readonly truncation: number } {
  const name = readName(bytes);
  const bits = bytes.u32Le();
  const truncation = bytes.u32Le();
  return { name, key: readKey(bytes, bits), truncation };
}

/** struct xfrm_algo_aead: as above, with the bits of the integrity check value before the key. */
export function readAead(bytes: Bytes): Algorithm & { readonly icv: number } {
  const name = readName(bytes);
  const bits = bytes.u32Le();
  const icv = bytes.u32Le();
  return { name, key: readKey(bytes, bits), icv };
}

function readName(bytes: Bytes): string {
  const field = bytes.take(64);
  const end = field.indexOf(0);
  return latin1(end < 0 ? field : field.subarray(0, end));
}

function readKey(bytes: Bytes, bits: number): Uint8Array {
  return bytes.take(Math.ceil(bits / 8));
}
