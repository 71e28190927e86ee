import { createCipheriv } from 'node:crypto';

const block = 16;
const zeroIv = new Uint8Array(block);

/** A message authentication code over the concatenation of parts. */
export type Mac = (parts: readonly Uint8Array[]) => Uint8Array;

/** AES-XCBC-MAC (RFC 3566, section 4), 16 bytes. The key has 16 bytes. */
export function xcbcMac(key: Uint8Array): Mac {
  const subkey = (byte: number): Uint8Array => encryptBlock(key, new Uint8Array(block).fill(byte));
  return chainedMac(subkey(1), subkey(2), subkey(3));
}

/** AES-CMAC (RFC 4493, section 2.3), 16 bytes. The key has 16, 24 or 32 bytes. */
export function cmac(key: Uint8Array): Mac {
  const whole = doubled(encryptBlock(key, zeroIv));
  return chainedMac(key, whole, doubled(whole));
}

/**
 * What XCBC and CMAC share: CBC-MAC whose last block is masked, with one key where it is whole, with another where it
 * had to be padded (10…0). An empty message is one padded block.
 */
function chainedMac(key: Uint8Array, maskWhole: Uint8Array, maskPadded: Uint8Array): Mac {
  const name = `aes-${key.length * 8}-cbc`;
  return (parts) => {
    const message = Buffer.concat(parts);
    const whole = message.length > 0 && message.length % block === 0;
    const blocks = new Uint8Array(Math.max(1, Math.ceil(message.length / block)) * block);
    blocks.set(message);
    if (!whole) blocks[message.length] = 0x80;
    const mask = whole ? maskWhole : maskPadded;
    const last = blocks.subarray(blocks.length - block);
    for (const [index, byte] of mask.entries()) last[index] = (last[index] ?? 0) ^ byte;
    return createCipheriv(name, key, zeroIv).setAutoPadding(false).update(blocks).subarray(-block);
  };
}

function encryptBlock(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
    .setAutoPadding(false)
    .update(bytes);
}

/** Times x in GF(2^128), most significant bit first. */
function doubled(bytes: Uint8Array): Uint8Array {
  const out = bytes.map((byte, index) => (byte << 1) | ((bytes[index + 1] ?? 0) >>> 7));
  if (((bytes[0] ?? 0) & 0x80) !== 0) out[block - 1] = (out[block - 1] ?? 0) ^ 0x87;
  return out;
}
