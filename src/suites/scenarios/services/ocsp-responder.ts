import { distinguishedNameParts } from '../../../connection/identity.ts';
import type { Issued } from '../x509/certificate.ts';

/** What makes a plain host an OCSP responder (RFC 6960): it answers by HTTP, and signs with the authority's own key. */
export interface OcspResponder {
  /** For the `files` of a host whose image has openssl, as all have. */
  readonly files: Readonly<Record<string, { readonly content: string; readonly mode: number }>>;
  /** A line that starts it, and lasts until it listens. */
  readonly start: string;
  /** A line that ends it. */
  readonly stop: string;
  /** What it knows, which it reads when it starts. */
  readonly index: { readonly path: string; readonly content: string };
}

/** What a responder knows, and how it answers. */
export interface ResponderContent {
  /** Of the authority, in PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly entries: readonly { readonly issued: Issued; readonly revoked: boolean }[];
  readonly since: Date;
  readonly minutes: number;
  readonly port: number;
}

const folder = '/etc/ocsp';
const log = '/var/log/ocsp.log';

/** A responder that is `openssl ocsp`, which answers in virtual time and with random numbers of the lab's seed. */
export function makeResponder(content: ResponderContent): OcspResponder {
  const { certificate, privateKey, minutes, port } = content;
  const index = { path: `${folder}/index.txt`, content: content.entries.map((one) => lineOf(one, content)).join('') };
  const signer = `-CA ${folder}/ca.pem -rsigner ${folder}/ca.pem -rkey ${folder}/ca.key`;
  return {
    files: {
      [index.path]: { content: index.content, mode: 0o644 },
      [`${folder}/ca.pem`]: { content: certificate, mode: 0o644 },
      [`${folder}/ca.key`]: { content: privateKey, mode: 0o600 },
    },
    start:
      `( openssl ocsp -port ${port} -index ${index.path} ${signer} -nmin ${minutes} > ${log} 2>&1 & ); ` +
      `until grep -q 'waiting for OCSP client' ${log}; do sleep 0.1; done`,
    stop: 'kill $(pidof openssl); while pidof openssl > /dev/null; do sleep 0.1; done',
    index,
  };
}

/** A line of openssl's index: status, expiry, revocation, serial number, file, subject. */
function lineOf({ issued, revoked }: ResponderContent['entries'][number], { since }: ResponderContent): string {
  const { serial, subject, notAfter } = issued;
  const parts = [
    revoked ? 'R' : 'V',
    dateText(notAfter),
    revoked ? dateText(since) : '',
    Buffer.from(serial).toString('hex').toUpperCase(),
    'unknown',
    distinguishedNameParts(subject)
      .reverse()
      .map((part) => `/${part}`)
      .join(''),
  ];
  return `${parts.join('\t')}\n`;
}

/** As RFC 5280 (4.1.2.5) has dates: two digits of the year up to 2049, `250615120000Z`; openssl takes no others for a revocation. */
function dateText(date: Date): string {
  const digits = date.toISOString().replace(/[-:T]|\.\d+Z$/g, '');
  return `${date.getUTCFullYear() < 2050 ? digits.slice(2) : digits}Z`;
}
