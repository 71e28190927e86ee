import type { IpsecSa } from '../ipsec.ts';

type Algorithms = Pick<IpsecSa, 'encryption' | 'integrity' | 'aead'>;

/** Names of libipsec (encryption_algorithm_names, crypter.c of libstrongswan) and those of Linux. */
const ciphers: Readonly<Record<string, string>> = {
  AES_CBC: 'cbc(aes)',
  AES_CTR: 'rfc3686(ctr(aes))',
  '3DES_CBC': 'cbc(des3_ede)',
  CAMELLIA_CBC: 'cbc(camellia)',
  NULL: 'ecb(cipher_null)',
};

/** AEAD, with bits of the ICV. */
const aeads: Readonly<Record<string, readonly [name: string, icv: number]>> = {
  AES_GCM_8: ['rfc4106(gcm(aes))', 64],
  AES_GCM_12: ['rfc4106(gcm(aes))', 96],
  AES_GCM_16: ['rfc4106(gcm(aes))', 128],
  AES_CCM_8: ['rfc4309(ccm(aes))', 64],
  AES_CCM_12: ['rfc4309(ccm(aes))', 96],
  AES_CCM_16: ['rfc4309(ccm(aes))', 128],
  CHACHA20_POLY1305: ['rfc7539esp(chacha20,poly1305)', 128],
};

/** Integrity (integrity_algorithm_names, signer.c), with bits of the ICV. */
const hashes: Readonly<Record<string, readonly [name: string, truncation: number]>> = {
  HMAC_SHA1_96: ['hmac(sha1)', 96],
  HMAC_SHA2_256_96: ['hmac(sha256)', 96],
  HMAC_SHA2_256_128: ['hmac(sha256)', 128],
  HMAC_SHA2_384_192: ['hmac(sha384)', 192],
  HMAC_SHA2_512_256: ['hmac(sha512)', 256],
  AES_XCBC_96: ['xcbc(aes)', 96],
  AES_CMAC_96: ['cmac(aes)', 96],
};

/** The algorithms of an SA with their keys, in the names of Linux; one that has none there keeps its own, which no oracle opens. */
export function algorithmsOf(cipher: string, integrity: string, keys: SaKeys): Algorithms {
  const aead = Object.hasOwn(aeads, cipher) ? aeads[cipher] : undefined;
  if (aead !== undefined) return { aead: { name: aead[0], icv: aead[1], key: keys.encryption } };
  const hash = Object.hasOwn(hashes, integrity) ? hashes[integrity] : undefined;
  const [name, truncation] = hash ?? [integrity, 0];
  const encryption = { name: (Object.hasOwn(ciphers, cipher) && ciphers[cipher]) || cipher, key: keys.encryption };
  return { encryption, integrity: { name, truncation, key: keys.integrity } };
}

/** The keys of one SA; salts of AEAD and counter modes are at the end of the encryption key, as Linux has them. */
export interface SaKeys {
  readonly encryption: Uint8Array;
  readonly integrity: Uint8Array;
}
