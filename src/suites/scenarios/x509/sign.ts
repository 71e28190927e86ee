import { sign } from 'node:crypto';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { EspalierError } from '../../../base/errors.ts';
import type { SeededKey } from './seeded-keys.ts';

/**
 * Signature algorithms that give the same signature for the same message, so that a certificate is a function of what it
 * says: sha256WithRSAEncryption (RFC 4055) and Ed25519 (RFC 8410). ECDSA draws a number for each signature.
 */
const algorithms = {
  rsa: new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null }),
  ed25519: new AlgorithmIdentifier({ algorithm: '1.3.101.112' }),
};

/** How this key signs certificates and revocation lists. */
export function signatureAlgorithm({ kind }: SeededKey): AlgorithmIdentifier {
  if (kind !== 'ecdsa') return algorithms[kind];
  throw new EspalierError(
    'scenario',
    'an authority cannot have an ECDSA key: its signatures would differ in every run',
    {
      remedy: 'give the authority an RSA or Ed25519 key; those whom it certifies may have any',
    },
  );
}

/** The signature over these octets. */
export function signatureOf(octets: ArrayBuffer, key: SeededKey): ArrayBuffer {
  return arrayBuffer(sign(key.kind === 'rsa' ? 'sha256' : null, Buffer.from(octets), key.object));
}

/** The octets of a Buffer alone, without the pool that it may lie in. */
export function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** PEM of DER octets (RFC 7468). */
export function pem(label: 'CERTIFICATE' | 'X509 CRL', der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
