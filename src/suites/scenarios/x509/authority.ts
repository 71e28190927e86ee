import { EspalierError } from '../../../base/errors.ts';
import type { Credential } from '../../../connection/authentication.ts';
import { makeResponder, type OcspResponder } from '../services/ocsp-responder.ts';
import { type CertificateContent, type Issued, makeCertificate, type Period } from './certificate.ts';
import { makeRevocationList } from './revocation.ts';
import { type KeyType, type SeededKey, seededKey } from './seeded-keys.ts';

/** What can be asked of an authority; everything has a default. */
export interface AuthorityOptions extends Partial<Period> {
  /** RFC 4514. Default: `CN=Espalier CA`. */
  readonly subject?: string;
  /** RSA or Ed25519. Default: `rsa-2048`. */
  readonly key?: KeyType;
  /** Another seed gives other keys. Default: `1`. */
  readonly seed?: string;
  /** Where its revocation list can be fetched: `http://…`, `file:///…`. */
  readonly crlUrls?: readonly string[];
  /** Where its OCSP responder is asked: `http://192.0.2.80/`. */
  readonly ocspUrls?: readonly string[];
}

/** What can be asked of an end entity's certificate. */
export interface CertificateOptions extends Partial<Period> {
  /** RFC 4514: `CN=west.test, O=Espalier`. */
  readonly subject: string;
  /** Host names, addresses, e-mail addresses; an IKE identity that is not the subject must be among them. */
  readonly alternativeNames?: readonly string[];
  /** Default: `rsa-2048`. */
  readonly key?: KeyType;
}

/** What can be asked of an OCSP responder; everything has a default. */
export interface OcspOptions {
  readonly revoked?: readonly Credential[];
  /** Of whom it says that it does not know them. */
  readonly unknown?: readonly Credential[];
  /** When they were revoked. Default: the first of January 2025. */
  readonly since?: Date;
  /** Virtual minutes for which an answer holds. Default: 5. */
  readonly minutes?: number;
  /** Of TCP. Default: 80. */
  readonly port?: number;
}

/** Dates of certificates that name none: long before and long after the date at which labs start, 15 June 2025. */
const usual: Period = { notBefore: new Date(Date.UTC(2025, 0, 1)), notAfter: new Date(Date.UTC(2049, 0, 1)) };

/**
 * A certificate authority whose certificates are a function of the arguments: equal arguments give equal bytes, on
 * every machine and in every run.
 */
export class Authority {
  readonly subject: string;
  /** Its own certificate, in PEM. */
  readonly certificate: string;
  readonly #key: SeededKey;
  readonly #seed: string;
  readonly #urls: Pick<CertificateContent, 'crlUrls' | 'ocspUrls'>;
  readonly #above: readonly Authority[];
  readonly #issued = new Map<string, Issued>();
  readonly #credentials = new Map<string, Credential>();

  /** `above`: the authorities up to the root, the issuer first; none for a root. */
  constructor(wish: AuthorityOptions = {}, above: readonly Authority[] = []) {
    const { subject = 'CN=Espalier CA', key = 'rsa-2048', seed = '1', crlUrls = [], ocspUrls = [] } = wish;
    const [issuer] = above;
    this.subject = subject;
    this.#key = seededKey(key, seed, subject);
    this.#seed = seed;
    this.#urls = { crlUrls, ocspUrls };
    this.#above = above;
    const issued = makeCertificate({
      ...periodOf(wish),
      subject,
      issuer: issuer?.subject ?? subject,
      key: this.#key,
      issuerKey: issuer === undefined ? this.#key : issuer.#key,
      alternativeNames: [],
      authority: true,
      ...(issuer === undefined ? { crlUrls: [], ocspUrls: [] } : issuer.#urls),
    });
    this.certificate = issued.pem;
  }

  /** An authority below this one. */
  intermediate(wish: AuthorityOptions & { readonly subject: string }): Authority {
    return new Authority({ seed: this.#seed, ...wish }, [this, ...this.#above]);
  }

  /** A certificate with its key, and all that the peer needs to trust it. */
  issue(wish: CertificateOptions): Credential {
    // Equal arguments give equal bytes, and hundreds of scenarios of one file ask for the same.
    const asked = JSON.stringify([wish.subject, wish.alternativeNames, wish.key, periodOf(wish)]);
    const credential = this.#credentials.get(asked) ?? this.#issue(wish);
    this.#credentials.set(asked, credential);
    return credential;
  }

  #issue({ subject, alternativeNames = [], key: type = 'rsa-2048', ...wish }: CertificateOptions): Credential {
    const key = seededKey(type, this.#seed, subject);
    const issued = makeCertificate({
      ...periodOf(wish),
      subject,
      issuer: this.subject,
      key,
      issuerKey: this.#key,
      alternativeNames,
      authority: false,
      ...this.#urls,
    });
    this.#issued.set(issued.pem, issued);
    const { kind, privateKey, publicKey } = key;
    const chain = [this, ...this.#above];
    return {
      kind,
      privateKey,
      publicKey,
      subject,
      certificate: issued.pem,
      intermediates: chain.slice(0, -1).map(({ certificate }) => certificate),
      root: (chain.at(-1) ?? this).certificate,
      crls: [],
    };
  }

  /**
   * A revocation list with these credentials on it, in PEM. Throws `scenario` where one was not issued by this authority.
   * `days`: until the next list is due, from `from` on.
   */
  revocationList(revoked: readonly Credential[], { from = usual.notBefore, days = 3650, number = 1 } = {}): string {
    const serials = revoked.map((one) => ({ serial: this.#find(one).serial, since: from }));
    const nextUpdate = new Date(from.getTime() + days * 86_400_000);
    return makeRevocationList({
      issuer: this.subject,
      key: this.#key,
      number,
      thisUpdate: from,
      nextUpdate,
      revoked: serials,
    });
  }

  /**
   * A responder (RFC 6960) that tells of what this authority certified so far: `good`, but for those that are named. Throws
   * `scenario` where one of these was not issued by this authority.
   */
  ocspResponder({ revoked = [], unknown = [], ...wish }: OcspOptions = {}): OcspResponder {
    const [bad, strange] = [revoked, unknown].map((some) => new Set(some.map((one) => this.#find(one))));
    const known = [...this.#issued.values()].filter((one) => !strange?.has(one));
    return makeResponder({
      since: usual.notBefore,
      minutes: 5,
      port: 80,
      ...wish,
      certificate: this.certificate,
      privateKey: this.#key.privateKey,
      entries: known.map((issued) => ({ issued, revoked: bad?.has(issued) ?? false })),
    });
  }

  #find({ certificate, subject }: Credential): Issued {
    const issued = this.#issued.get(certificate);
    if (issued === undefined) throw new EspalierError('scenario', `${this.subject} has not certified ${subject}`);
    return issued;
  }
}

function periodOf({ notBefore = usual.notBefore, notAfter = usual.notAfter }: Partial<Period>): Period {
  return { notBefore, notAfter };
}
