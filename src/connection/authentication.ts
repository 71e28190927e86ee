/** How one end proves who it is (RFC 7296, 2.15). Ends may use different methods. */
export type Authentication = PreSharedKey | CertificateAuthentication | RawKeyAuthentication;

/** A secret that both ends have. */
export interface PreSharedKey {
  readonly method: 'psk';
  /** Printable ASCII without quotes and backslashes. */
  readonly secret: string;
}

/** An X.509 certificate. */
export interface CertificateAuthentication {
  readonly method: 'certificate';
  readonly credential: Credential;
}

/** A public key that the other end was given beforehand (RFC 7670). */
export interface RawKeyAuthentication {
  readonly method: 'raw-key';
  readonly key: KeyPair;
}

/** Kind of a key that signs. */
export type KeyKind = 'rsa' | 'ecdsa' | 'ed25519';

/** All in PEM. */
export interface KeyPair {
  readonly kind: KeyKind;
  /** PKCS#8 (RFC 5958). */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
  readonly publicKey: string;
}

/** A certificate with what its holder and its verifier need. All in PEM. */
export interface Credential extends KeyPair {
  readonly certificate: string;
  /** Distinguished name as RFC 4514 writes it, most specific first. */
  readonly subject: string;
  /** Intermediate authorities, the certificate's issuer first. */
  readonly intermediates: readonly string[];
  /** The authority that the other end trusts. */
  readonly root: string;
  /** Revocation lists that the other end has. */
  readonly crls: readonly string[];
}

/** Authentication by a secret. */
export function psk(secret: string): PreSharedKey {
  return { method: 'psk', secret };
}

/** Authentication by a certificate. */
export function certificate(credential: Credential): CertificateAuthentication {
  return { method: 'certificate', credential };
}

/** Authentication by a key whose public half the other end has: no certificate, no authority. */
export function rawKey(key: KeyPair): RawKeyAuthentication {
  return { method: 'raw-key', key };
}
