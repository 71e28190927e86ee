import { createCipheriv, createHash, createHmac, createPrivateKey, pbkdf2Sync, X509Certificate } from 'node:crypto';
import type { Credential } from '../../../connection/authentication.ts';
import {
  type Asn,
  bmpString,
  encoded,
  explicit,
  implicitOctets,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  set,
} from './der.ts';

/** How a PKCS#12 file is made; everything has a default. */
export interface Pkcs12Options {
  /** ASCII, not empty. Default: `espalier`. */
  readonly password?: string;
  /** The friendly name of certificate and key: NSS's nickname. Default: the subject. */
  readonly name?: string;
}

const iterations = 2048;
const ids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
  sha256: '2.16.840.1.101.3.4.2.1',
};

/**
 * A credential with its key and intermediate authorities as PKCS#12 (RFC 7292), encrypted with PBES2 and AES-256 as openssl 3 does. Salts
 * are drawn from what is put in: equal arguments give equal bytes. This is good for tests only.
 */
export function pkcs12(
  credential: Credential,
  { password = 'espalier', name = credential.subject }: Pkcs12Options = {},
): Buffer {
  const { certificate, intermediates, privateKey } = credential;
  const [own, ...above] = [certificate, ...intermediates].map((pem) => new X509Certificate(pem).raw);
  const key = createPrivateKey(privateKey).export({ format: 'der', type: 'pkcs8' });
  const seed = createHash('sha256').update(key).update(certificate).update(password).update(name).digest();
  const locked = (what: string, octets: Uint8Array): Locked => lock(octets, { password, seed, what });
  const mark = attributes(name, own ?? Buffer.alloc(0));
  const certificates = [bag(ids.certificateBag, certificateValue(own ?? Buffer.alloc(0)), mark)].concat(
    above.map((one) => bag(ids.certificateBag, certificateValue(one))),
  );
  const hidden = locked('certificates', encoded(sequence(...certificates)));
  const shrouded = locked('key', key);
  const keyBag = bag(ids.keyBag, sequence(shrouded.algorithm, octetString(shrouded.octets)), mark);
  const content = sequence(oid(ids.data), hidden.algorithm, implicitOctets(0, hidden.octets));
  const safes = encoded(
    sequence(
      sequence(oid(ids.encryptedData), explicit(0, sequence(integer(0), content))),
      sequence(oid(ids.data), explicit(0, octetString(encoded(sequence(keyBag))))),
    ),
  );
  const safe = sequence(oid(ids.data), explicit(0, octetString(safes)));
  return encoded(sequence(integer(3), safe, macOf(safes, password, draw(seed, 'mac').subarray(0, 16))));
}

interface Locked {
  readonly algorithm: Asn;
  readonly octets: Buffer;
}

interface Lock {
  readonly password: string;
  readonly seed: Buffer;
  readonly what: string;
}

function draw(seed: Buffer, what: string): Buffer {
  return createHash('sha256').update(seed).update(what).digest();
}

/** PBES2 with PBKDF2 and AES-256 in CBC mode (RFC 8018, 6.2). */
function lock(octets: Uint8Array, { password, seed, what }: Lock): Locked {
  const drawn = draw(seed, what);
  const [salt, iv] = [drawn.subarray(0, 16), drawn.subarray(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, iterations, 32, 'sha256'), iv);
  const derivation = sequence(octetString(salt), integer(iterations), sequence(oid(ids.hmacSha256), nothing()));
  const parameters = sequence(sequence(oid(ids.pbkdf2), derivation), sequence(oid(ids.aes256), octetString(iv)));
  return {
    algorithm: sequence(oid(ids.pbes2), parameters),
    octets: Buffer.concat([cipher.update(octets), cipher.final()]),
  };
}

function bag(type: string, value: Asn, ...more: readonly Asn[]): Asn {
  return sequence(oid(type), explicit(0, value), ...more);
}

function certificateValue(der: Uint8Array): Asn {
  return sequence(oid(ids.x509), explicit(0, octetString(der)));
}

/** What says that key and certificate belong together. */
function attributes(name: string, certificate: Uint8Array): Asn {
  const id = createHash('sha1').update(certificate).digest();
  return set(
    sequence(oid(ids.friendlyName), set(bmpString(name))),
    sequence(oid(ids.localKeyId), set(octetString(id))),
  );
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** HMAC-SHA256 with a key of 32 octets, by the derivation of RFC 7292, B.2: one round gives as many. */
function macOf(octets: Uint8Array, password: string, salt: Buffer): Asn {
  const filled = (part: Buffer): Buffer => Buffer.alloc(64 * Math.ceil(part.length / 64), part);
  const secret = Buffer.concat([utf16(password), Buffer.alloc(2)]);
  let key = Buffer.concat([Buffer.alloc(64, 3), filled(salt), filled(secret)]);
  for (let round = 0; round < iterations; round += 1) key = createHash('sha256').update(key).digest();
  const mac = createHmac('sha256', key).update(octets).digest();
  const digest = sequence(sequence(oid(ids.sha256), nothing()), octetString(mac));
  return sequence(digest, octetString(salt), integer(iterations));
}
