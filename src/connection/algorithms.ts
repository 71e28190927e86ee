/**
 * Transforms that a proposal can name (IANA, "Internet Key Exchange Version 2 (IKEv2) Parameters"). Which of them a daemon can
 * be told to use, and by which word, stands in the daemon's own folder.
 */

/** What a transform is for: several daemons have other words, or fewer, for one of them. */
export type Use = 'ike' | 'esp';

/** Transform type 1. AES-GCM has an ICV of 16 octets. An AEAD algorithm needs no integrity algorithm (RFC 5282). */
export const encryptions = {
  'aes-128-cbc': { aead: false },
  'aes-192-cbc': { aead: false },
  'aes-256-cbc': { aead: false },
  'aes-128-ctr': { aead: false },
  'aes-256-ctr': { aead: false },
  '3des-cbc': { aead: false },
  'camellia-256-cbc': { aead: false },
  null: { aead: false },
  'aes-128-gcm': { aead: true },
  'aes-256-gcm': { aead: true },
  'aes-256-ccm': { aead: true },
  'chacha20-poly1305': { aead: true },
} as const;
export type Encryption = keyof typeof encryptions;

/** Transform type 3. */
export const integrities = [
  'hmac-sha1-96',
  'hmac-sha2-256-128',
  'hmac-sha2-384-192',
  'hmac-sha2-512-256',
  'aes-xcbc-96',
  'aes-cmac-96',
] as const;
export type Integrity = (typeof integrities)[number];

/** Transform type 2. */
export const prfs = ['hmac-sha1', 'hmac-sha2-256', 'hmac-sha2-384', 'hmac-sha2-512'] as const;
export type Prf = (typeof prfs)[number];

/** Transform type 4. */
export const keyExchanges = [
  'modp-1536',
  'modp-2048',
  'modp-3072',
  'modp-4096',
  'ecp-256',
  'ecp-384',
  'ecp-521',
  'curve25519',
  'brainpool-256',
  'ml-kem-768',
  'sntrup761x25519',
] as const;
export type KeyExchange = (typeof keyExchanges)[number];

/** True where the algorithm protects integrity by itself. */
export function isAead(name: Encryption): boolean {
  return encryptions[name].aead;
}
