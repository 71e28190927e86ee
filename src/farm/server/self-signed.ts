import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate that a farm made for itself, and its key; both PEM. */
export interface OwnCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Ten years: clients know it by its hash, so nothing is gained by an end. */
const days = 3650;

/**
 * Makes a key (P-256) and a certificate signed with it (RFC 5280), for who has none of an authority. Clients compare its hash, so
 * that its names are of no importance.
 */
export function makeOwnCertificate(now: Date): OwnCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const end = new Date(now.getTime() + days * 86_400_000);
  const algorithm = sequence(objectId(ecdsaWithSha256));
  const name = sequence(element(0x31, sequence(objectId(commonName), element(0x0c, Buffer.from('espalier farm')))));
  const serial = randomBytes(16);
  // A positive number without leading zeros (4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const signed = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, serial),
    algorithm,
    name,
    sequence(date(now), date(end)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', signed, privateKey);
  const whole = sequence(signed, algorithm, element(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { cert: pem(whole), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** SHA-256 of a certificate, hex: what an address pins. */
export function fingerprintOf(cert: string): string {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(cert) ?? [];
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
}

/** Object identifiers 1.2.840.10045.4.3.2 (RFC 5758) and 2.5.4.3, encoded. */
const ecdsaWithSha256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const commonName = [0x55, 0x04, 0x03];

/** An element of DER (X.690): tag, length, content. */
function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, Buffer.concat(parts));
const objectId = (bytes: readonly number[]): Buffer => element(0x06, Buffer.from(bytes));

/** GeneralizedTime is for years from 2050 on (4.1.2.5). */
function date(moment: Date): Buffer {
  const digits = `${moment.toISOString().replace(/[-:T]|\..*/g, '')}Z`;
  return moment.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
