import type { TransformWords } from '../words.ts';

/**
 * vpnc's names for transforms (supp.c). It has words for groups alone: of ciphers and hashes it offers all that it has, and the peer
 * chooses. ESP has HMAC-SHA1 truncated to 96 bits; MD5, DES and the small groups are left out here.
 */
export const words: TransformWords = {
  encryption: {
    'aes-128-cbc': 'aes128',
    'aes-192-cbc': 'aes192',
    'aes-256-cbc': 'aes256',
    '3des-cbc': '3des',
    null: { esp: 'null' },
  },
  integrity: { 'hmac-sha1-96': 'sha1' },
  prf: { 'hmac-sha1': 'sha1' },
  keyExchange: {
    'modp-1536': 'dh5',
    'modp-2048': 'dh14',
    'modp-3072': 'dh15',
    'modp-4096': 'dh16',
  },
};
