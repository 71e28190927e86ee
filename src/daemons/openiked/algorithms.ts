import type { TransformWords } from '../words.ts';

/** iked's words for transforms, in `ikesa` and in `childsa` (iked.conf(5), "CRYPTO TRANSFORMS"). */
export const words: TransformWords = {
  encryption: {
    'aes-128-cbc': 'aes-128',
    'aes-192-cbc': 'aes-192',
    'aes-256-cbc': 'aes-256',
    'aes-128-ctr': { esp: 'aes-128-ctr' },
    'aes-256-ctr': { esp: 'aes-256-ctr' },
    '3des-cbc': '3des',
    null: { esp: 'null' },
    'aes-128-gcm': 'aes-128-gcm',
    'aes-256-gcm': 'aes-256-gcm',
    'chacha20-poly1305': { esp: 'chacha20-poly1305' },
  },
  integrity: {
    'hmac-sha1-96': 'hmac-sha1',
    'hmac-sha2-256-128': 'hmac-sha2-256',
    'hmac-sha2-384-192': 'hmac-sha2-384',
    'hmac-sha2-512-256': 'hmac-sha2-512',
  },
  prf: {
    'hmac-sha1': 'hmac-sha1',
    'hmac-sha2-256': 'hmac-sha2-256',
    'hmac-sha2-384': 'hmac-sha2-384',
    'hmac-sha2-512': 'hmac-sha2-512',
  },
  keyExchange: {
    'modp-1536': 'modp1536',
    'modp-2048': 'modp2048',
    'modp-3072': 'modp3072',
    'modp-4096': 'modp4096',
    'ecp-256': 'ecp256',
    'ecp-384': 'ecp384',
    'ecp-521': 'ecp521',
    curve25519: 'curve25519',
    'brainpool-256': 'brainpool256',
    sntrup761x25519: 'sntrup761x25519',
  },
};
