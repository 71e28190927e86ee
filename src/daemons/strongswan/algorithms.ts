import type { TransformWords } from '../words.ts';

/** charon's words for transforms, the same for IKE and ESP (proposal_keywords_static.txt of strongSwan). */
export const words: TransformWords = {
  encryption: {
    'aes-128-cbc': 'aes128',
    'aes-192-cbc': 'aes192',
    'aes-256-cbc': 'aes256',
    'aes-128-ctr': 'aes128ctr',
    'aes-256-ctr': 'aes256ctr',
    '3des-cbc': '3des',
    'camellia-256-cbc': 'camellia256',
    null: 'null',
    'aes-128-gcm': 'aes128gcm16',
    'aes-256-gcm': 'aes256gcm16',
    'aes-256-ccm': 'aes256ccm16',
    'chacha20-poly1305': 'chacha20poly1305',
  },
  integrity: {
    'hmac-sha1-96': 'sha1',
    'hmac-sha2-256-128': 'sha256',
    'hmac-sha2-384-192': 'sha384',
    'hmac-sha2-512-256': 'sha512',
    'aes-xcbc-96': 'aesxcbc',
    'aes-cmac-96': 'aescmac',
  },
  prf: {
    'hmac-sha1': 'prfsha1',
    'hmac-sha2-256': 'prfsha256',
    'hmac-sha2-384': 'prfsha384',
    'hmac-sha2-512': 'prfsha512',
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
    'brainpool-256': 'ecp256bp',
    'ml-kem-768': 'mlkem768',
  },
};
