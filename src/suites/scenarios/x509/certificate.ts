import { createHash } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AccessDescription,
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  Extension,
  Extensions,
  GeneralName,
  id_ad_ocsp,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_cRLDistributionPoints,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { alternativeName, distinguishedName } from './names.ts';
import type { SeededKey } from './seeded-keys.ts';
import { arrayBuffer, pem, signatureAlgorithm, signatureOf } from './sign.ts';

/** From when to when a certificate holds, on the lab's clock. */
export interface Period {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What a certificate says (RFC 5280). */
export interface CertificateContent extends Period {
  readonly subject: string;
  readonly issuer: string;
  readonly key: SeededKey;
  readonly issuerKey: SeededKey;
  /** Addresses, host names and e-mail addresses. */
  readonly alternativeNames: readonly string[];
  readonly authority: boolean;
  readonly crlUrls: readonly string[];
  readonly ocspUrls: readonly string[];
}

/** A certificate, with its serial number of 16 octets. */
export interface Issued extends Period {
  readonly subject: string;
  readonly pem: string;
  readonly serial: ArrayBuffer;
}

/** Makes a certificate. Equal contents give equal octets: the serial number is drawn from them. */
export function makeCertificate(content: CertificateContent): Issued {
  const { subject, issuer, key, issuerKey, notBefore, notAfter } = content;
  const said = [subject, issuer, key.publicKey, notBefore.toISOString(), notAfter.toISOString()];
  const drawn = createHash('sha256')
    .update(JSON.stringify([...said, content.alternativeNames]))
    .digest()
    .subarray(0, 16);
  // A serial number is positive and has no leading zeros (RFC 5280, 4.1.2.2).
  drawn[0] = ((drawn[0] ?? 0) & 0x7f) | 0x40;
  const serial = arrayBuffer(drawn);
  const algorithm = signatureAlgorithm(issuerKey);
  const tbs = new TBSCertificate({
    version: Version.v3,
    serialNumber: serial,
    signature: algorithm,
    issuer: distinguishedName(issuer),
    validity: new Validity({ notBefore, notAfter }),
    subject: distinguishedName(subject),
    subjectPublicKeyInfo: publicKeyInfo(key),
    extensions: new Extensions(extensionsOf(content)),
  });
  const signature = signatureOf(AsnConvert.serialize(tbs), issuerKey);
  const certificate = new Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: algorithm,
    signatureValue: signature,
  });
  return { pem: pem('CERTIFICATE', AsnConvert.serialize(certificate)), serial, subject, notBefore, notAfter };
}

function publicKeyInfo(key: SeededKey): SubjectPublicKeyInfo {
  const base64 = key.publicKey.replace(/-----[^-]*-----|\s/g, '');
  return AsnConvert.parse(arrayBuffer(Buffer.from(base64, 'base64')), SubjectPublicKeyInfo);
}

/** SHA-1 of the public key's bits (RFC 5280, 4.2.1.2). */
export function keyIdentifier(key: SeededKey): OctetString {
  const bits = publicKeyInfo(key).subjectPublicKey;
  return new OctetString(arrayBuffer(createHash('sha1').update(Buffer.from(bits)).digest()));
}

function extensionsOf(content: CertificateContent): Extension[] {
  const { key, issuerKey, alternativeNames, authority, crlUrls, ocspUrls } = content;
  const usage = authority
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation;
  const names = new SubjectAlternativeName(alternativeNames.map(alternativeName));
  const points = crlUrls.map((url) => {
    const fullName = [new GeneralName({ uniformResourceIdentifier: url })];
    return new DistributionPoint({ distributionPoint: new DistributionPointName({ fullName }) });
  });
  const responders = ocspUrls.map((url) => {
    const accessLocation = new GeneralName({ uniformResourceIdentifier: url });
    return new AccessDescription({ accessMethod: id_ad_ocsp, accessLocation });
  });
  return [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: authority }), true),
    extension(id_ce_keyUsage, new KeyUsage(usage), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(key))),
    extension(id_ce_authorityKeyIdentifier, authorityKeyIdentifier(issuerKey)),
    ...(alternativeNames.length > 0 ? [extension(id_ce_subjectAltName, names)] : []),
    ...(points.length > 0 ? [extension(id_ce_cRLDistributionPoints, new CRLDistributionPoints(points))] : []),
    ...(responders.length > 0 ? [extension(id_pe_authorityInfoAccess, new AuthorityInfoAccessSyntax(responders))] : []),
  ];
}

/** Which of the issuer's keys signed (RFC 5280, 4.2.1.1). */
export function authorityKeyIdentifier(key: SeededKey): AuthorityKeyIdentifier {
  return new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(key)) });
}

/** An extension with its value. */
export function extension(id: string, value: unknown, critical = false): Extension {
  return new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}
