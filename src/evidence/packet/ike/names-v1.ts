/**
 * Names of IKEv1, from IANA's "Internet Key Exchange (IKE) Attributes" and "'Magic Numbers' for ISAKMP Protocol", and
 * from RFC 2407, 2408, 2409 and 3947; what is marked so from drafts.
 */
import { keyExchangeMethods } from './names-v2.ts';
import type { NumberNames } from './number-names.ts';

export const exchangeTypes: NumberNames = {
  1: 'Base',
  2: 'Main Mode',
  3: 'Authentication Only',
  4: 'Aggressive Mode',
  5: 'Informational',
  // draft-dukes-ike-mode-cfg: XAUTH and mode config
  6: 'Transaction',
  32: 'Quick Mode',
  33: 'New Group Mode',
};

/** In the notation of RFC 2409, 3.2. */
export const payloadTypes: NumberNames = {
  1: 'SA',
  2: 'P',
  3: 'T',
  4: 'KE',
  5: 'ID',
  6: 'CERT',
  7: 'CR',
  8: 'HASH',
  9: 'SIG',
  10: 'NONCE',
  11: 'N',
  12: 'D',
  13: 'VID',
  14: 'ATTR',
  15: 'SAK',
  16: 'SAT',
  17: 'KD',
  18: 'SEQ',
  19: 'POP',
  20: 'NAT-D',
  21: 'NAT-OA',
  // draft-ietf-ipsec-nat-t-ike-03
  130: 'NAT-D (draft)',
  131: 'NAT-OA (draft)',
  // [MS-IKEE], 2.2.3.1
  132: 'FRAGMENT',
};

export const notifyTypes: NumberNames = {
  1: 'INVALID-PAYLOAD-TYPE',
  2: 'DOI-NOT-SUPPORTED',
  3: 'SITUATION-NOT-SUPPORTED',
  4: 'INVALID-COOKIE',
  5: 'INVALID-MAJOR-VERSION',
  6: 'INVALID-MINOR-VERSION',
  7: 'INVALID-EXCHANGE-TYPE',
  8: 'INVALID-FLAGS',
  9: 'INVALID-MESSAGE-ID',
  10: 'INVALID-PROTOCOL-ID',
  11: 'INVALID-SPI',
  12: 'INVALID-TRANSFORM-ID',
  13: 'ATTRIBUTES-NOT-SUPPORTED',
  14: 'NO-PROPOSAL-CHOSEN',
  15: 'BAD-PROPOSAL-SYNTAX',
  16: 'PAYLOAD-MALFORMED',
  17: 'INVALID-KEY-INFORMATION',
  18: 'INVALID-ID-INFORMATION',
  19: 'INVALID-CERT-ENCODING',
  20: 'INVALID-CERTIFICATE',
  21: 'CERT-TYPE-UNSUPPORTED',
  22: 'INVALID-CERT-AUTHORITY',
  23: 'INVALID-HASH-INFORMATION',
  24: 'AUTHENTICATION-FAILED',
  25: 'INVALID-SIGNATURE',
  26: 'ADDRESS-NOTIFICATION',
  27: 'NOTIFY-SA-LIFETIME',
  28: 'CERTIFICATE-UNAVAILABLE',
  29: 'UNSUPPORTED-EXCHANGE-TYPE',
  30: 'UNEQUAL-PAYLOAD-LENGTHS',
  16384: 'CONNECTED',
  24576: 'RESPONDER-LIFETIME',
  24577: 'REPLAY-STATUS',
  24578: 'INITIAL-CONTACT',
  // RFC 3706
  36136: 'R-U-THERE',
  36137: 'R-U-THERE-ACK',
  // Cisco's, as libreswan and strongSwan know it
  40501: 'LOAD-BALANCE',
};

/** RFC 2407, 4.4.1. */
export const protocolIdentifiers: NumberNames = { 1: 'ISAKMP', 2: 'AH', 3: 'ESP', 4: 'IPCOMP' };

/** Transform IDs by protocol (RFC 2407, 4.4.2 to 4.4.5, and IANA). */
export const transformIdentifiers: Readonly<Record<number, NumberNames>> = {
  1: { 1: 'KEY_IKE' },
  2: {
    2: 'AH_MD5',
    3: 'AH_SHA',
    4: 'AH_DES',
    5: 'AH_SHA2_256',
    6: 'AH_SHA2_384',
    7: 'AH_SHA2_512',
    8: 'AH_RIPEMD',
    9: 'AH_AES_XCBC_MAC',
    11: 'AH_AES_128_GMAC',
    12: 'AH_AES_192_GMAC',
    13: 'AH_AES_256_GMAC',
  },
  3: {
    1: 'ESP_DES_IV64',
    2: 'ESP_DES',
    3: 'ESP_3DES',
    4: 'ESP_RC5',
    5: 'ESP_IDEA',
    6: 'ESP_CAST',
    7: 'ESP_BLOWFISH',
    8: 'ESP_3IDEA',
    9: 'ESP_DES_IV32',
    11: 'ESP_NULL',
    12: 'ESP_AES_CBC',
    13: 'ESP_AES_CTR',
    14: 'ESP_AES_CCM_8',
    15: 'ESP_AES_CCM_12',
    16: 'ESP_AES_CCM_16',
    18: 'ESP_AES_GCM_8',
    19: 'ESP_AES_GCM_12',
    20: 'ESP_AES_GCM_16',
    21: 'ESP_SEED_CBC',
    22: 'ESP_CAMELLIA',
    23: 'ESP_NULL_AUTH_AES_GMAC',
  },
  4: { 1: 'IPCOMP_OUI', 2: 'IPCOMP_DEFLATE', 3: 'IPCOMP_LZS' },
};

/** Attributes of phase 1 (RFC 2409, appendix A). */
const ikeAttributes: NumberNames = {
  1: 'encryption',
  2: 'hash',
  3: 'authentication',
  4: 'group',
  5: 'group type',
  6: 'group prime',
  7: 'group generator 1',
  8: 'group generator 2',
  9: 'group curve A',
  10: 'group curve B',
  11: 'life type',
  12: 'life duration',
  13: 'PRF',
  14: 'key length',
  15: 'field size',
  16: 'group order',
};

/** Attributes of phase 2 (RFC 2407, 4.5). */
const ipsecAttributes: NumberNames = {
  1: 'life type',
  2: 'life duration',
  3: 'group',
  4: 'encapsulation',
  5: 'authentication',
  6: 'key length',
  7: 'key rounds',
  8: 'dictionary size',
  9: 'compression',
  10: 'ECN tunnel',
  11: 'ESN',
  12: 'authentication key length',
  13: 'signature encoding',
};

const encryptionAlgorithms: NumberNames = {
  1: 'DES_CBC',
  2: 'IDEA_CBC',
  3: 'BLOWFISH_CBC',
  4: 'RC5_CBC',
  5: '3DES_CBC',
  6: 'CAST_CBC',
  7: 'AES_CBC',
  8: 'CAMELLIA_CBC',
};

const hashAlgorithms: NumberNames = {
  1: 'MD5',
  2: 'SHA1',
  3: 'TIGER',
  4: 'SHA2_256',
  5: 'SHA2_384',
  6: 'SHA2_512',
};

/** RFC 2409, appendix A; from 64221 on draft-zegman-ike-hybrid-auth, from 65001 on draft-beaulieu-ike-xauth. */
const authenticationMethods: NumberNames = {
  1: 'PSK',
  2: 'DSS',
  3: 'RSA',
  4: 'RSA_ENCRYPTION',
  5: 'RSA_REVISED_ENCRYPTION',
  9: 'ECDSA_SHA256_P256',
  10: 'ECDSA_SHA384_P384',
  11: 'ECDSA_SHA512_P521',
  64221: 'HYBRID_INIT_RSA',
  64222: 'HYBRID_RESP_RSA',
  65001: 'XAUTH_INIT_PSK',
  65002: 'XAUTH_RESP_PSK',
  65005: 'XAUTH_INIT_RSA',
  65006: 'XAUTH_RESP_RSA',
};

/** RFC 2407, 4.5. 61443 and 61444 are of draft-ietf-ipsec-nat-t-ike-03. */
const encapsulationModes: NumberNames = {
  1: 'tunnel',
  2: 'transport',
  3: 'UDP tunnel',
  4: 'UDP transport',
  61443: 'UDP tunnel (draft)',
  61444: 'UDP transport (draft)',
};

/** RFC 2407, 4.6.2.1. */
export const identificationTypes: NumberNames = {
  1: 'IPV4_ADDR',
  2: 'FQDN',
  3: 'USER_FQDN',
  4: 'IPV4_ADDR_SUBNET',
  5: 'IPV6_ADDR',
  6: 'IPV6_ADDR_SUBNET',
  7: 'IPV4_ADDR_RANGE',
  8: 'IPV6_ADDR_RANGE',
  9: 'DER_ASN1_DN',
  10: 'DER_ASN1_GN',
  11: 'KEY_ID',
  12: 'LIST',
};

export const configurationTypes: NumberNames = { 1: 'REQUEST', 2: 'REPLY', 3: 'SET', 4: 'ACK' };

/** RFC 2407, 4.5, and IANA's "IPSEC Authentication Algorithm". */
const integrityAlgorithms: NumberNames = {
  1: 'HMAC_MD5',
  2: 'HMAC_SHA1',
  3: 'DES_MAC',
  4: 'KPDK',
  5: 'HMAC_SHA2_256',
  6: 'HMAC_SHA2_384',
  7: 'HMAC_SHA2_512',
  8: 'HMAC_RIPEMD',
  9: 'AES_XCBC_MAC',
  10: 'SIG_RSA',
  11: 'AES_128_GMAC',
  12: 'AES_192_GMAC',
  13: 'AES_256_GMAC',
};

const lifeTypes: NumberNames = { 1: 'seconds', 2: 'kilobytes' };

/** Names of attributes, and of the values of those that are a choice. */
export interface AttributeNames {
  readonly attributes: NumberNames;
  readonly values: Readonly<Record<number, NumberNames>>;
}

/** Of proposals for ISAKMP. */
export const phase1Names: AttributeNames = {
  attributes: ikeAttributes,
  values: {
    1: encryptionAlgorithms,
    2: hashAlgorithms,
    3: authenticationMethods,
    4: keyExchangeMethods,
    11: lifeTypes,
  },
};

/** Of proposals for AH, ESP and IPComp. */
export const phase2Names: AttributeNames = {
  attributes: ipsecAttributes,
  values: { 1: lifeTypes, 3: keyExchangeMethods, 4: encapsulationModes, 5: integrityAlgorithms },
};
