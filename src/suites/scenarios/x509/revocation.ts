import { AsnConvert } from '@peculiar/asn1-schema';
import {
  CertificateList,
  CRLNumber,
  id_ce_authorityKeyIdentifier,
  id_ce_cRLNumber,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from '@peculiar/asn1-x509';
import { authorityKeyIdentifier, extension } from './certificate.ts';
import { distinguishedName } from './names.ts';
import type { SeededKey } from './seeded-keys.ts';
import { pem, signatureAlgorithm, signatureOf } from './sign.ts';

/** What a certificate revocation list says (RFC 5280, 5). */
export interface RevocationContent {
  readonly issuer: string;
  readonly key: SeededKey;
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly { readonly serial: ArrayBuffer; readonly since: Date }[];
}

/** Makes a revocation list, in PEM. Equal contents give equal octets. */
export function makeRevocationList({
  issuer,
  key,
  number,
  thisUpdate,
  nextUpdate,
  revoked,
}: RevocationContent): string {
  const algorithm = signatureAlgorithm(key);
  const tbs = new TBSCertList({
    version: Version.v2,
    signature: algorithm,
    issuer: distinguishedName(issuer),
    thisUpdate: new Time(thisUpdate),
    nextUpdate: new Time(nextUpdate),
    crlExtensions: [
      extension(id_ce_authorityKeyIdentifier, authorityKeyIdentifier(key)),
      extension(id_ce_cRLNumber, new CRLNumber(number)),
    ],
    ...(revoked.length > 0 && {
      revokedCertificates: revoked.map(
        ({ serial, since }) => new RevokedCertificate({ userCertificate: serial, revocationDate: new Time(since) }),
      ),
    }),
  });
  const signature = signatureOf(AsnConvert.serialize(tbs), key);
  const list = new CertificateList({ tbsCertList: tbs, signatureAlgorithm: algorithm, signature });
  return pem('X509 CRL', AsnConvert.serialize(list));
}
