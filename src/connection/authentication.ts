/** How one end proves who it is (RFC 7296, 2.15). Ends may use different methods. */
export type Authentication = PreSharedKey | CertificateAuthentication | RawKeyAuthentication | EapAuthentication;

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

/**
 * By the Extensible Authentication Protocol (RFC 7296, 2.16). Such an end initiates; the other one authenticates it, and itself by its
 * own authentication, which is a certificate or a raw key. With EAP-TLS at both ends EAP alone authenticates them (RFC 5998), and either may
 * initiate.
 */
export type EapAuthentication = EapPassword | EapTls;

/** EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2), or EAP-MD5 (RFC 3748, 5.4), which gives no key. */
export interface EapPassword {
  readonly method: 'eap';
  readonly eap: 'mschapv2' | 'md5';
  /** The EAP identity (RFC 3748, 5.1). */
  readonly user: string;
  /** Printable ASCII without quotes and backslashes, as `user`. */
  readonly password: string;
}

/** EAP-TLS (RFC 5216): certificates of both ends once more, inside. */
export interface EapTls {
  readonly method: 'eap';
  readonly eap: 'tls';
  readonly credential: Credential;
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

/** Authentication of the initiator by EAP-MSCHAPv2. */
export function eapMschapv2(user: string, password: string): EapPassword {
  return { method: 'eap', eap: 'mschapv2', user, password };
}

/** Authentication of the initiator by EAP-MD5. */
export function eapMd5(user: string, password: string): EapPassword {
  return { method: 'eap', eap: 'md5', user, password };
}

/** Authentication of the initiator by EAP-TLS. */
export function eapTls(credential: Credential): EapTls {
  return { method: 'eap', eap: 'tls', credential };
}

/** The certificate that an end shows, if it has one. */
export function credentialOf(authentication: Authentication): Credential | undefined {
  if (authentication.method === 'certificate') return authentication.credential;
  return authentication.method === 'eap' && authentication.eap === 'tls' ? authentication.credential : undefined;
}

/** The key that an end signs with, if it does. */
export function keyOf(authentication: Authentication): KeyPair | undefined {
  return authentication.method === 'raw-key' ? authentication.key : credentialOf(authentication);
}
