import { hex } from '../../base/bytes.ts';
import type { IpsecSa } from '../ipsec.ts';
import type { Life } from '../tables/lives.ts';

/** What `readTimeline` gives, as far as it is needed here. */
interface SaHistory {
  readonly hosts: readonly { readonly sas: readonly Pick<Life<IpsecSa>, 'versions'>[] }[];
}

/** Wireshark's table of ESP SAs, and what it has no words for. */
export interface EspTable {
  /** The file `esp_sa` of a Wireshark profile. */
  readonly text: string;
  /** How many SAs it lists. */
  readonly count: number;
  /** SAs left out: `spi 0x… rfc4309(ccm(aes))`, each once. */
  readonly unable: readonly string[];
}

/** Names of Wireshark's ESP dissector for Linux crypto names. */
const encryptions: Readonly<Record<string, string>> = {
  'ecb(cipher_null)': 'NULL',
  'cbc(aes)': 'AES-CBC [RFC3602]',
  'cbc(des3_ede)': 'TripleDES-CBC [RFC2451]',
  'cbc(des)': 'DES-CBC [RFC2405]',
  'cbc(cast5)': 'CAST5-CBC [RFC2144]',
  'cbc(blowfish)': 'BLOWFISH-CBC [RFC2451]',
  'cbc(twofish)': 'TWOFISH-CBC',
  'rfc3686(ctr(aes))': 'AES-CTR [RFC3686]',
};

/**
 * By Linux crypto name and bits of the ICV. ChaCha20 is newer than Wireshark 4.0, which says so and passes over such a
 * row.
 */
const aeads: Readonly<Record<string, string>> = {
  'rfc4106(gcm(aes)) 64': 'AES-GCM with 8 octet ICV [RFC4106]',
  'rfc4106(gcm(aes)) 96': 'AES-GCM with 12 octet ICV [RFC4106]',
  'rfc4106(gcm(aes)) 128': 'AES-GCM with 16 octet ICV [RFC4106]',
  'rfc7539esp(chacha20,poly1305) 128': 'ChaCha20 with Poly1305 [RFC7634]',
};

/** By Linux crypto name and bits of the ICV. */
const integrities: Readonly<Record<string, string>> = {
  'hmac(md5) 96': 'HMAC-MD5-96 [RFC2403]',
  'hmac(sha1) 96': 'HMAC-SHA-1-96 [RFC2404]',
  'hmac(sha256) 96': 'HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]',
  'hmac(sha256) 128': 'HMAC-SHA-256-128 [RFC4868]',
  'hmac(sha384) 192': 'HMAC-SHA-384-192 [RFC4868]',
  'hmac(sha512) 256': 'HMAC-SHA-512-256 [RFC4868]',
  'hmac(rmd160) 96': 'MAC-RIPEMD-160-96 [RFC2857]',
};

/** Other algorithms still have an ICV, which must be known to find the padding. */
const icvLengths: readonly number[] = [64, 96, 128, 192, 256];

/** Bits of the ICV where XFRM gives no truncation (net/xfrm/xfrm_algo.c, icv_truncbits). */
const defaultTruncation: Readonly<Record<string, number>> = { 'hmac(sha384)': 192, 'hmac(sha512)': 256 };
const usualTruncation = 96;

/**
 * The columns of a row that say how packets are read. Newer versions have two more behind them, the length and the high
 * half of sequence numbers, and take rows without: only checks of the ICV need these.
 */
type Algorithms = readonly [encryption: string, key: string, integrity: string, key: string];

/**
 * Rows for all ESP SAs that any host had. A row holds for every address as long as its SPI has one set of keys, since
 * NAT shows a packet with addresses that no host has in its SAD; otherwise for those of the SA. Wireshark takes the first
 * row that fits.
 */
export function espTable({ hosts }: SaHistory): EspTable {
  const bySpi = new Map<string, Map<string, IpsecSa[]>>();
  const unable = new Set<string>();
  for (const sa of hosts.flatMap(({ sas }) => sas.flatMap(({ versions }) => versions.map(({ value }) => value)))) {
    // Its peer may tell the keys.
    if (sa.protocol !== 'esp' || sa.larval || sa.keysUnknown) continue;
    const algorithms = algorithmsOf(sa);
    if (typeof algorithms === 'string') {
      unable.add(`spi ${spiOf(sa)}: ${algorithms}`);
      continue;
    }
    const place = `${sa.family} ${sa.spi}`;
    const byKeys = bySpi.get(place) ?? new Map<string, IpsecSa[]>();
    bySpi.set(place, byKeys);
    const keys = rowOf(algorithms);
    byKeys.set(keys, [...(byKeys.get(keys) ?? []), sa]);
  }
  const rows = [...bySpi.values()].flatMap(rowsOf);
  return { text: rows.map((row) => `${row}\n`).join(''), count: rows.length, unable: [...unable] };
}

/** Rows of one SPI, by keys. */
function rowsOf(byKeys: ReadonlyMap<string, readonly IpsecSa[]>): string[] {
  const rows = new Set<string>();
  for (const [keys, sas] of byKeys) {
    for (const sa of sas) {
      const ends = byKeys.size === 1 ? ['*', '*'] : [sa.source, sa.destination];
      rows.add(`${rowOf([`IPv${sa.family}`, ...ends, spiOf(sa)])},${keys}`);
    }
  }
  return [...rows];
}

/** Columns of a table of Wireshark's: quoted, bytes as `0x…` or empty. */
function rowOf(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(',');
}

function spiOf({ spi }: IpsecSa): string {
  return `0x${spi.toString(16).padStart(8, '0')}`;
}

/** A text names what Wireshark has no word for. */
function algorithmsOf({ aead, encryption, integrity }: IpsecSa): Algorithms | string {
  if (aead !== undefined) {
    const name = lookUp(aeads, `${aead.name} ${aead.icv}`);
    return name === undefined ? `${aead.name} with an ICV of ${aead.icv} bits` : [name, keyText(aead.key), 'NULL', ''];
  }
  if (encryption === undefined) return 'no encryption algorithm';
  const name = lookUp(encryptions, encryption.name);
  if (name === undefined) return encryption.name;
  const cipher = [name, keyText(encryption.key)] as const;
  if (integrity === undefined || integrity.name === 'digest_null') return [...cipher, 'NULL', ''];
  const bits = integrity.truncation || defaultTruncation[integrity.name] || usualTruncation;
  const known = lookUp(integrities, `${integrity.name} ${bits}`);
  if (known !== undefined) return [...cipher, known, keyText(integrity.key)];
  if (icvLengths.includes(bits)) return [...cipher, `ANY ${bits} bit authentication [no checking]`, ''];
  return `${integrity.name} with an ICV of ${bits} bits`;
}

function lookUp(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function keyText(key: Uint8Array): string {
  return key.length === 0 ? '' : `0x${hex(key)}`;
}
