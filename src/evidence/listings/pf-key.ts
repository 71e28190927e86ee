/** What the listings of systems with PF_KEY (RFC 2367) have in common: names of algorithms and protocols. */
import { canonicalAddress } from '../../model/addresses.ts';
import type { IpsecSa } from '../ipsec.ts';

type Algorithms = Pick<IpsecSa, 'encryption' | 'integrity' | 'aead' | 'keysUnknown'>;

/** An algorithm as it is listed; without a key where none is listed. */
export interface ListedAlgorithm {
  readonly name: string;
  readonly key?: Uint8Array;
}

/** Names of sbin/ipsecctl (OpenBSD), lib/libipsec (FreeBSD) and ipsec-tools (NetBSD), and those of Linux. */
const ciphers: Readonly<Record<string, string>> = {
  aes: 'cbc(aes)',
  'aes-cbc': 'cbc(aes)',
  'rijndael-cbc': 'cbc(aes)',
  aesctr: 'rfc3686(ctr(aes))',
  'aes-ctr': 'rfc3686(ctr(aes))',
  '3des-cbc': 'cbc(des3_ede)',
  'des-cbc': 'cbc(des)',
  'camellia-cbc': 'cbc(camellia)',
  blowfish: 'cbc(blowfish)',
  'blowfish-cbc': 'cbc(blowfish)',
  cast128: 'cbc(cast5)',
  'cast128-cbc': 'cbc(cast5)',
  null: 'ecb(cipher_null)',
};

/** AEAD: the ICV has 128 bits. The salt is at the end of the key, as Linux has it. */
const aeads: Readonly<Record<string, string>> = {
  'aes-gcm': 'rfc4106(gcm(aes))',
  'aes-gcm-16': 'rfc4106(gcm(aes))',
  'aes-gmac': 'rfc4543(gcm(aes))',
  'chacha20-poly1305': 'rfc7539esp(chacha20,poly1305)',
};
const aeadBits = 128;

/** Integrity, with the bits of the ICV that these systems send (RFC 2403, 2404, 2857, 3566, 4868). */
const hashes: Readonly<Record<string, readonly [name: string, truncation: number]>> = {
  'hmac-md5': ['hmac(md5)', 96],
  'hmac-sha1': ['hmac(sha1)', 96],
  'hmac-sha2-256': ['hmac(sha256)', 128],
  'hmac-sha256': ['hmac(sha256)', 128],
  'hmac-sha2-384': ['hmac(sha384)', 192],
  'hmac-sha384': ['hmac(sha384)', 192],
  'hmac-sha2-512': ['hmac(sha512)', 256],
  'hmac-sha512': ['hmac(sha512)', 256],
  'hmac-ripemd160': ['hmac(rmd160)', 96],
  'aes-xcbc-mac': ['xcbc(aes)', 96],
};

const noKey = new Uint8Array();

/**
 * The algorithms of an SA, in the names of Linux. One without a name there keeps its own, which no oracle opens. An SA that lacks a key, or of
 * which no algorithm is listed, tells none: what it did not say nothing is verified by.
 */
export function algorithmsOf(cipher: ListedAlgorithm | undefined, hash: ListedAlgorithm | undefined): Algorithms {
  const aead = cipher && lookUp(aeads, cipher.name);
  const used = (aead === undefined ? [cipher, hash] : [cipher]).filter((one) => one !== undefined);
  if (used.length === 0 || used.some(({ name, key }) => key === undefined && name !== 'null'))
    return { keysUnknown: true };
  if (cipher && aead !== undefined) return { aead: { name: aead, icv: aeadBits, key: cipher.key ?? noKey } };
  return {
    ...(cipher && { encryption: { name: lookUp(ciphers, cipher.name) ?? cipher.name, key: cipher.key ?? noKey } }),
    ...(hash && hash.name !== 'null' && { integrity: integrityOf(hash) }),
  };
}

function integrityOf({ name, key = noKey }: ListedAlgorithm): NonNullable<IpsecSa['integrity']> {
  const [linux, truncation] = lookUp(hashes, name) ?? [name, 0];
  return { name: linux, truncation, key };
}

/** Names of protocols(5) on these systems; 255 is how NetBSD says any. */
const protocols: Readonly<Record<string, number>> = {
  any: 0,
  '255(reserved)': 0,
  icmp: 1,
  ip4: 4,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmp6: 58,
  ospf: 89,
  ospfigp: 89,
  etherip: 97,
  ipcomp: 108,
  sctp: 132,
};

/** Number of a protocol, 0 for any; none for a name that nobody knows. */
export function protocolNumber(name: string): number | undefined {
  if (/^\d{1,3}$/.test(name)) return Number(name) === 255 ? 0 : Number(name);
  return lookUp(protocols, name.toLowerCase());
}

/** An address without the interface that its scope is. Raises `malformed`. */
export function listedAddress(text: string): string {
  return canonicalAddress(text.replace(/%.*/, ''));
}

/** Any address of a family. */
export function anyAddress(family: 4 | 6): string {
  return family === 4 ? '0.0.0.0' : '::';
}

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
