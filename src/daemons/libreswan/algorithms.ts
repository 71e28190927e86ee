import type { TransformWords } from '../words.ts';

/** pluto's words for transforms, the same for IKE and ESP (ipsec.conf(5) and `ipsec algparse`). */
export const words: TransformWords = {
  encryption: {
    'aes-128-cbc': 'aes128',
    'aes-192-cbc': 'aes192',
    'aes-256-cbc': 'aes256',
    'aes-128-ctr': 'aes_ctr128',
    'aes-256-ctr': 'aes_ctr256',
    '3des-cbc': '3des',
    'camellia-256-cbc': 'camellia256',
    null: 'null',
    'aes-128-gcm': 'aes_gcm128',
    'aes-256-gcm': 'aes_gcm256',
    'aes-256-ccm': 'aes_ccm256',
    'chacha20-poly1305': 'chacha20_poly1305',
  },
  integrity: {
    'hmac-sha1-96': 'sha1',
    'hmac-sha2-256-128': 'sha2_256',
    'hmac-sha2-384-192': 'sha2_384',
    'hmac-sha2-512-256': 'sha2_512',
    'aes-xcbc-96': 'aes_xcbc',
    'aes-cmac-96': 'aes_cmac',
  },
  prf: {
    'hmac-sha1': 'sha1',
    'hmac-sha2-256': 'sha2_256',
    'hmac-sha2-384': 'sha2_384',
    'hmac-sha2-512': 'sha2_512',
  },
  keyExchange: {
    'modp-1536': 'dh5',
    'modp-2048': 'dh14',
    'modp-3072': 'dh15',
    'modp-4096': 'dh16',
    'ecp-256': 'dh19',
    'ecp-384': 'dh20',
    'ecp-521': 'dh21',
    curve25519: 'dh31',
  },
};
