/**
 * Transforms (IANA, "Internet Key Exchange Version 2 (IKEv2) Parameters") and the words that each daemon has for them. A word
 * that is missing: that daemon cannot be told to use it. Sources: ipsec.conf(5) and `ipsec algparse` of libreswan,
 * proposal_keywords_static.txt of strongSwan, iked.conf(5) ("CRYPTO TRANSFORMS").
 */
interface Words {
  readonly libreswan?: string;
  readonly strongswan?: string;
  /** The same in `ikesa` and `childsa`, unless said otherwise. */
  readonly openiked?: string | { readonly ike?: string; readonly esp?: string };
}

/** The transforms of one type by name. */
export type TransformTable = Readonly<Record<string, Words & { readonly aead?: boolean }>>;

/** What a transform is for: several daemons have other words, or fewer, for one of them. */
export type Use = 'ike' | 'esp';

/** An encryption algorithm; those that are AEAD need no integrity algorithm (RFC 5282). */
export interface EncryptionTransform extends Words {
  readonly aead: boolean;
}

/** Transform type 1. AES-GCM has an ICV of 16 octets. */
export const encryptions = {
  'aes-128-cbc': { aead: false, libreswan: 'aes128', strongswan: 'aes128', openiked: 'aes-128' },
  'aes-192-cbc': { aead: false, libreswan: 'aes192', strongswan: 'aes192', openiked: 'aes-192' },
  'aes-256-cbc': { aead: false, libreswan: 'aes256', strongswan: 'aes256', openiked: 'aes-256' },
  'aes-128-ctr': { aead: false, libreswan: 'aes_ctr128', strongswan: 'aes128ctr', openiked: { esp: 'aes-128-ctr' } },
  'aes-256-ctr': { aead: false, libreswan: 'aes_ctr256', strongswan: 'aes256ctr', openiked: { esp: 'aes-256-ctr' } },
  '3des-cbc': { aead: false, libreswan: '3des', strongswan: '3des', openiked: '3des' },
  'camellia-256-cbc': { aead: false, libreswan: 'camellia256', strongswan: 'camellia256' },
  null: { aead: false, libreswan: 'null', strongswan: 'null', openiked: { esp: 'null' } },
  'aes-128-gcm': { aead: true, libreswan: 'aes_gcm128', strongswan: 'aes128gcm16', openiked: 'aes-128-gcm' },
  'aes-256-gcm': { aead: true, libreswan: 'aes_gcm256', strongswan: 'aes256gcm16', openiked: 'aes-256-gcm' },
  'aes-256-ccm': { aead: true, libreswan: 'aes_ccm256', strongswan: 'aes256ccm16' },
  'chacha20-poly1305': {
    aead: true,
    libreswan: 'chacha20_poly1305',
    strongswan: 'chacha20poly1305',
    openiked: { esp: 'chacha20-poly1305' },
  },
} as const satisfies Readonly<Record<string, EncryptionTransform>>;
export type Encryption = keyof typeof encryptions;

/** Transform type 3. */
export const integrities = {
  'hmac-sha1-96': { libreswan: 'sha1', strongswan: 'sha1', openiked: 'hmac-sha1' },
  'hmac-sha2-256-128': { libreswan: 'sha2_256', strongswan: 'sha256', openiked: 'hmac-sha2-256' },
  'hmac-sha2-384-192': { libreswan: 'sha2_384', strongswan: 'sha384', openiked: 'hmac-sha2-384' },
  'hmac-sha2-512-256': { libreswan: 'sha2_512', strongswan: 'sha512', openiked: 'hmac-sha2-512' },
  'aes-xcbc-96': { libreswan: 'aes_xcbc', strongswan: 'aesxcbc' },
  'aes-cmac-96': { libreswan: 'aes_cmac', strongswan: 'aescmac' },
} as const satisfies Readonly<Record<string, Words>>;
export type Integrity = keyof typeof integrities;

/** Transform type 2. */
export const prfs = {
  'hmac-sha1': { libreswan: 'sha1', strongswan: 'prfsha1', openiked: 'hmac-sha1' },
  'hmac-sha2-256': { libreswan: 'sha2_256', strongswan: 'prfsha256', openiked: 'hmac-sha2-256' },
  'hmac-sha2-384': { libreswan: 'sha2_384', strongswan: 'prfsha384', openiked: 'hmac-sha2-384' },
  'hmac-sha2-512': { libreswan: 'sha2_512', strongswan: 'prfsha512', openiked: 'hmac-sha2-512' },
} as const satisfies Readonly<Record<string, Words>>;
export type Prf = keyof typeof prfs;

/** Transform type 4. */
export const keyExchanges = {
  'modp-1536': { libreswan: 'dh5', strongswan: 'modp1536', openiked: 'modp1536' },
  'modp-2048': { libreswan: 'dh14', strongswan: 'modp2048', openiked: 'modp2048' },
  'modp-3072': { libreswan: 'dh15', strongswan: 'modp3072', openiked: 'modp3072' },
  'modp-4096': { libreswan: 'dh16', strongswan: 'modp4096', openiked: 'modp4096' },
  'ecp-256': { libreswan: 'dh19', strongswan: 'ecp256', openiked: 'ecp256' },
  'ecp-384': { libreswan: 'dh20', strongswan: 'ecp384', openiked: 'ecp384' },
  'ecp-521': { libreswan: 'dh21', strongswan: 'ecp521', openiked: 'ecp521' },
  curve25519: { libreswan: 'dh31', strongswan: 'curve25519', openiked: 'curve25519' },
  'brainpool-256': { strongswan: 'ecp256bp', openiked: 'brainpool256' },
  'ml-kem-768': { strongswan: 'mlkem768' },
  sntrup761x25519: { openiked: 'sntrup761x25519' },
} as const satisfies Readonly<Record<string, Words>>;
export type KeyExchange = keyof typeof keyExchanges;

/** True where the algorithm protects integrity by itself. */
export function isAead(name: Encryption): boolean {
  return encryptions[name].aead;
}

/** A daemon's word for a transform; `undefined` where it has none for this use. */
export function wordOf(table: TransformTable, name: string, of: readonly [keyof Words, Use]): string | undefined {
  const [daemon, use] = of;
  const word = table[name]?.[daemon];
  return typeof word === 'object' ? word[use] : word;
}
