/** Names of IKEv2, from IANA's "Internet Key Exchange Version 2 (IKEv2) Parameters". */
import type { NumberNames } from './number-names.ts';

export const exchangeTypes: NumberNames = {
  34: 'IKE_SA_INIT',
  35: 'IKE_AUTH',
  36: 'CREATE_CHILD_SA',
  37: 'INFORMATIONAL',
  38: 'IKE_SESSION_RESUME',
  39: 'GSA_AUTH',
  40: 'GSA_REGISTRATION',
  41: 'GSA_REKEY',
  43: 'IKE_INTERMEDIATE',
  44: 'IKE_FOLLOWUP_KE',
};

/** In the notation of RFC 7296, 1.2. */
export const payloadTypes: NumberNames = {
  33: 'SA',
  34: 'KE',
  35: 'IDi',
  36: 'IDr',
  37: 'CERT',
  38: 'CERTREQ',
  39: 'AUTH',
  40: 'Nonce',
  41: 'N',
  42: 'D',
  43: 'V',
  44: 'TSi',
  45: 'TSr',
  46: 'SK',
  47: 'CP',
  48: 'EAP',
  49: 'GSPM',
  50: 'IDg',
  51: 'GSA',
  52: 'KD',
  53: 'SKF',
  54: 'PS',
};

/** Of proposals, notifications and deletes. */
export const protocolIdentifiers: NumberNames = {
  1: 'IKE',
  2: 'AH',
  3: 'ESP',
  4: 'FC_ESP_HEADER',
  5: 'FC_CT_AUTHENTICATION',
};

export const transformTypes: NumberNames = {
  1: 'ENCR',
  2: 'PRF',
  3: 'INTEG',
  4: 'KE',
  5: 'ESN',
  6: 'ADDKE1',
  7: 'ADDKE2',
  8: 'ADDKE3',
  9: 'ADDKE4',
  10: 'ADDKE5',
  11: 'ADDKE6',
  12: 'ADDKE7',
};

const encryption: NumberNames = {
  1: 'DES_IV64',
  2: 'DES',
  3: '3DES',
  4: 'RC5',
  5: 'IDEA',
  6: 'CAST',
  7: 'BLOWFISH',
  8: '3IDEA',
  9: 'DES_IV32',
  11: 'NULL',
  12: 'AES_CBC',
  13: 'AES_CTR',
  14: 'AES_CCM_8',
  15: 'AES_CCM_12',
  16: 'AES_CCM_16',
  18: 'AES_GCM_8',
  19: 'AES_GCM_12',
  20: 'AES_GCM_16',
  21: 'NULL_AUTH_AES_GMAC',
  23: 'CAMELLIA_CBC',
  24: 'CAMELLIA_CTR',
  25: 'CAMELLIA_CCM_8',
  26: 'CAMELLIA_CCM_12',
  27: 'CAMELLIA_CCM_16',
  28: 'CHACHA20_POLY1305',
  29: 'AES_CCM_8_IIV',
  30: 'AES_GCM_16_IIV',
  31: 'CHACHA20_POLY1305_IIV',
};

const pseudoRandom: NumberNames = {
  1: 'HMAC_MD5',
  2: 'HMAC_SHA1',
  3: 'HMAC_TIGER',
  4: 'AES128_XCBC',
  5: 'HMAC_SHA2_256',
  6: 'HMAC_SHA2_384',
  7: 'HMAC_SHA2_512',
  8: 'AES128_CMAC',
  9: 'HMAC_STREEBOG_512',
};

const integrity: NumberNames = {
  0: 'NONE',
  1: 'HMAC_MD5_96',
  2: 'HMAC_SHA1_96',
  3: 'DES_MAC',
  4: 'KPDK_MD5',
  5: 'AES_XCBC_96',
  6: 'HMAC_MD5_128',
  7: 'HMAC_SHA1_160',
  8: 'AES_CMAC_96',
  9: 'AES_128_GMAC',
  10: 'AES_192_GMAC',
  11: 'AES_256_GMAC',
  12: 'HMAC_SHA2_256_128',
  13: 'HMAC_SHA2_384_192',
  14: 'HMAC_SHA2_512_256',
};

/** Also "Group Description" of IKEv1 up to 30. */
export const keyExchangeMethods: NumberNames = {
  0: 'NONE',
  1: 'MODP768',
  2: 'MODP1024',
  5: 'MODP1536',
  14: 'MODP2048',
  15: 'MODP3072',
  16: 'MODP4096',
  17: 'MODP6144',
  18: 'MODP8192',
  19: 'ECP256',
  20: 'ECP384',
  21: 'ECP521',
  22: 'MODP1024_S160',
  23: 'MODP2048_S224',
  24: 'MODP2048_S256',
  25: 'ECP192',
  26: 'ECP224',
  27: 'BRAINPOOL_P224R1',
  28: 'BRAINPOOL_P256R1',
  29: 'BRAINPOOL_P384R1',
  30: 'BRAINPOOL_P512R1',
  31: 'CURVE25519',
  32: 'CURVE448',
  33: 'GOST3410_2012_256',
  34: 'GOST3410_2012_512',
  35: 'ML_KEM_512',
  36: 'ML_KEM_768',
  37: 'ML_KEM_1024',
};

/** Transform IDs by transform type. */
export const transformIdentifiers: Readonly<Record<number, NumberNames>> = {
  1: encryption,
  2: pseudoRandom,
  3: integrity,
  4: keyExchangeMethods,
  5: { 0: 'NO', 1: 'YES' },
  6: keyExchangeMethods,
  7: keyExchangeMethods,
  8: keyExchangeMethods,
  9: keyExchangeMethods,
  10: keyExchangeMethods,
  11: keyExchangeMethods,
  12: keyExchangeMethods,
};

export const identificationTypes: NumberNames = {
  1: 'IPV4_ADDR',
  2: 'FQDN',
  3: 'RFC822_ADDR',
  5: 'IPV6_ADDR',
  9: 'DER_ASN1_DN',
  10: 'DER_ASN1_GN',
  11: 'KEY_ID',
  12: 'FC_NAME',
  13: 'NULL',
};

/** The same in both versions as far as both have them. */
export const certificateEncodings: NumberNames = {
  1: 'PKCS7',
  2: 'PGP',
  3: 'DNS_SIGNED_KEY',
  4: 'X509_SIGNATURE',
  5: 'X509_KEY_EXCHANGE',
  6: 'KERBEROS_TOKEN',
  7: 'CRL',
  8: 'ARL',
  9: 'SPKI',
  10: 'X509_ATTRIBUTE',
  11: 'RAW_RSA_KEY',
  12: 'HASH_AND_URL_X509',
  13: 'HASH_AND_URL_BUNDLE',
  14: 'OCSP_CONTENT',
  15: 'RAW_PUBLIC_KEY',
};

export const authenticationMethods: NumberNames = {
  1: 'RSA',
  2: 'SHARED_KEY',
  3: 'DSS',
  9: 'ECDSA_SHA256_P256',
  10: 'ECDSA_SHA384_P384',
  11: 'ECDSA_SHA512_P521',
  12: 'GENERIC_SECURE_PASSWORD',
  13: 'NULL',
  14: 'DIGITAL_SIGNATURE',
};

export const configurationTypes: NumberNames = { 1: 'CFG_REQUEST', 2: 'CFG_REPLY', 3: 'CFG_SET', 4: 'CFG_ACK' };

export const selectorTypes: NumberNames = {
  7: 'IPV4_ADDR_RANGE',
  8: 'IPV6_ADDR_RANGE',
  9: 'FC_ADDR_RANGE',
  10: 'SECLABEL',
};
