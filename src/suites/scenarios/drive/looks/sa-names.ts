import type { IpsecSa } from '../../../../evidence/ipsec.ts';

/** Octets behind the key that are no part of it (RFC 3686, 4; RFC 4106, 8.1; RFC 4309, 7.1; RFC 7634, 2). */
const salts: Readonly<Record<string, number>> = {
  'rfc3686(ctr(aes))': 4,
  'rfc4106(gcm(aes))': 4,
  'rfc4309(ccm(aes))': 3,
  'rfc7539esp(chacha20,poly1305)': 4,
};

/** Names of proposals for the kernel's; `N`: bits of the key. */
const ciphers: Readonly<Record<string, string>> = {
  'cbc(aes)': 'aes-N-cbc',
  'rfc3686(ctr(aes))': 'aes-N-ctr',
  'cbc(des3_ede)': '3des-cbc',
  'cbc(camellia)': 'camellia-N-cbc',
  'ecb(cipher_null)': 'null',
  'rfc4106(gcm(aes))': 'aes-N-gcm',
  'rfc4309(ccm(aes))': 'aes-N-ccm',
  'rfc7539esp(chacha20,poly1305)': 'chacha20-poly1305',
};

/** The same with the bits of the ICV that goes over the wire. */
const hashes: Readonly<Record<string, string>> = {
  'hmac(sha1) 96': 'hmac-sha1-96',
  'hmac(sha256) 128': 'hmac-sha2-256-128',
  'hmac(sha384) 192': 'hmac-sha2-384-192',
  'hmac(sha512) 256': 'hmac-sha2-512-256',
  'xcbc(aes) 96': 'aes-xcbc-96',
  'cmac(aes) 96': 'aes-cmac-96',
};

/** The cipher of an SA as a proposal names it, else as Linux does; `undefined`: it has none. */
export function encryptionName({ encryption, aead }: IpsecSa): string | undefined {
  const cipher = aead ?? encryption;
  if (cipher === undefined) return undefined;
  const { name, key } = cipher;
  const bits = (key.length - (salts[name] ?? 0)) * 8;
  return ciphers[name]?.replace('N', String(bits)) ?? name;
}

/** The integrity algorithm of an SA in the same way. An AEAD algorithm is none. */
export function integrityName({ integrity }: IpsecSa): string | undefined {
  if (integrity === undefined) return undefined;
  const { name, truncation } = integrity;
  return hashes[`${name} ${truncation}`] ?? (truncation === 0 ? name : `${name} ${truncation}`);
}
