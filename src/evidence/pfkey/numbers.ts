/* Numbers of RFC 2367 and, beyond it, of include/uapi/linux/pfkeyv2.h and ipsec.h. */

/** SADB_* */
export const messageTypes = {
  getspi: 1,
  update: 2,
  add: 3,
  delete: 4,
  get: 5,
  acquire: 6,
  register: 7,
  expire: 8,
  flush: 9,
  dump: 10,
  promisc: 11,
  spdupdate: 13,
  spdadd: 14,
  spddelete: 15,
  spdget: 16,
  spddump: 18,
  spdflush: 19,
  spdexpire: 21,
  'nat-t-new-mapping': 23,
  migrate: 24,
} as const;
export type PfKeyType = keyof typeof messageTypes;

/** SADB_SATYPE_* */
export const saTypes = { any: 0, ah: 2, esp: 3, ipcomp: 9 } as const;
export type PfKeySaType = keyof typeof saTypes;

/** SADB_EXT_* and SADB_X_EXT_* */
export const extensionTypes = {
  sa: 1,
  'lifetime-current': 2,
  'lifetime-hard': 3,
  'lifetime-soft': 4,
  source: 5,
  destination: 6,
  proxy: 7,
  'integrity-key': 8,
  'encryption-key': 9,
  'supported-integrity': 14,
  'supported-encryption': 15,
  'spi-range': 16,
  policy: 18,
  sa2: 19,
  'nat-t-type': 20,
  'nat-t-source-port': 21,
  'nat-t-destination-port': 22,
  'nat-t-original': 23,
} as const;
export type PfKeyExtension = keyof typeof extensionTypes;

/** SADB_AALG_* and SADB_X_AALG_*, by the kernel's names (net/xfrm/xfrm_algo.c). */
export const integrityAlgorithms: Readonly<Record<string, number>> = {
  'hmac(md5)': 2,
  'hmac(sha1)': 3,
  'hmac(sha256)': 5,
  'hmac(sha384)': 6,
  'hmac(sha512)': 7,
  'hmac(rmd160)': 8,
  'xcbc(aes)': 9,
  digest_null: 251,
};

/** SADB_EALG_* and SADB_X_EALG_*. */
export const encryptionAlgorithms: Readonly<Record<string, number>> = {
  'cbc(des)': 2,
  'cbc(des3_ede)': 3,
  'cbc(cast5)': 6,
  'cbc(blowfish)': 7,
  'ecb(cipher_null)': 11,
  'cbc(aes)': 12,
  'rfc3686(ctr(aes))': 13,
  'cbc(camellia)': 22,
  'cbc(serpent)': 252,
  'cbc(twofish)': 253,
};

/** SADB_X_CALG_*. */
export const compressionAlgorithms: Readonly<Record<string, number>> = { deflate: 2, lzs: 3, lzjh: 4 };

/** IPSEC_MODE_* */
export const modes = { transport: 1, tunnel: 2, beet: 3 } as const;

/** IPSEC_DIR_* */
export const directions = { in: 1, out: 2, fwd: 3 } as const;

/** IPSEC_POLICY_* */
export const policyTypes = { discard: 0, none: 1, ipsec: 2 } as const;

/** IPSEC_LEVEL_* */
export const levels = { use: 1, require: 2, unique: 3 } as const;

/** IPPROTO_* that can protect. */
export const protocols = { esp: 50, ah: 51, ipcomp: 108 } as const;
